"""A program that a test makes up."""

from __future__ import annotations

from pathlib import Path


def fake_program(program: Path, script: str) -> Path:
    """Write a shell script where the program is looked for."""
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program
