"""The command line, one module per verb: ``wirewatch VERB``."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import TYPE_CHECKING, Any

import click

from pipeline import errors
from pipeline.settings import Settings, load_settings

if TYPE_CHECKING:
    from pipeline.rules import RuleWarning

# The modules are loaded when they are asked for: spaCy and Kafka take a second that --help need not.
VERBS = {
    "demo": "See the whole way in a minute: articles in many languages in, alerts with their proof out.",
    "explain": "Show the whole way of one article, for a person.",
    "enrich": "JSON Lines in, JSON Lines out: language and entities of each article.",
    "match": "JSON Lines in, JSON Lines out: the alerts that a rule file raises.",
    "sources": "Read feeds, sitemaps and pages as publishers serve them.",
    "publish": "Send articles to the pipeline.",
    "worker": "Run the steps, until Ctrl-C.",
    "status": "See what every part does, how far behind it is, and what it waits for.",
    "canary": "Watch from outside: lag of every step, and articles that go the whole way.",
    "rules": "Check, test, apply and look at watch rules.",
    "subscribe": "Follow the alerts.",
    "topics": "Create and check the topics.",
    "dead-letters": "Look at what no step could process, and send it again.",
    "concepts": "Search the knowledge base.",
    "models": "See, install and check spaCy pipelines, and which language each serves.",
}

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
_EXIT_INTERRUPTED = 130


class _Verbs(click.Group):
    """The verbs, each loaded from the module of its name when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        if name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"pipeline.cli.{name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="wirewatch", prog_name="wirewatch")
@click.pass_context
def command(context: click.Context) -> None:
    """Watch the world's news as it flows: one rule, every language, and the proof of why it fired.

    Settings are WIREWATCH_* environment variables; see docs/reference/settings.md.
    """
    if not any(option in sys.argv for option in context.help_option_names):
        context.obj = load_settings()


def main() -> None:
    """Run the command line and exit: 0 done, 1 failed or any line was bad, 2 wrong usage."""
    _heed_signals()
    sys.exit(run(sys.argv[1:]))


def _heed_signals() -> None:
    """SIGINT and SIGTERM end every command alike, also one that a shell's background job has started to ignore them."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT, signal.SIGTERM})
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # As an interrupt, whoever handles that just now.
    signal.signal(signal.SIGTERM, lambda _number, _frame: signal.raise_signal(signal.SIGINT))


def run(arguments: list[str]) -> int:
    """Run one command line.

    Returns:
        Its exit status; errors have been printed on standard error.
    """
    try:
        status: Any = command.main(args=arguments, prog_name="wirewatch", standalone_mode=False)
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE
    except errors.WirewatchError as error:
        say_error(error)
        return exit_status(error)
    except (KeyboardInterrupt, click.Abort):
        return _EXIT_INTERRUPTED
    except OSError as error:
        drop_output()
        click.echo(f"error: {error.filename or 'standard output'}: {error.strerror}", err=True)
        return EXIT_FAILED
    return status if isinstance(status, int) else EXIT_DONE


def exit_status(error: errors.WirewatchError) -> int:
    """What a command that ends with this error exits with."""
    return EXIT_USAGE if isinstance(error, errors.UsageError) else EXIT_FAILED


def drop_output() -> None:
    """What is still buffered has nowhere to go: the interpreter shall not try once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say_error(error: errors.WirewatchError) -> None:
    """An error on standard error: one line, and for a rule the text with a caret below."""
    _say("error", "red", str(error))
    if isinstance(error, errors.RuleError):
        _say_excerpt(error.excerpt)


def say_warning(warning: RuleWarning) -> None:
    """A warning on standard error, as an error is said."""
    _say("warning", "yellow", str(warning))
    _say_excerpt(warning.excerpt)


def _say(kind: str, colour: str, text: str) -> None:
    # Colours are for a terminal; click leaves them out elsewhere.
    head = f"{kind}:"
    click.echo(f"{head if 'NO_COLOR' in os.environ else click.style(head, fg=colour, bold=True)} {text}", err=True)


def _say_excerpt(excerpt: str) -> None:
    from pipeline.cli.render import printable  # noqa: PLC0415 - loads rich; a command that fails at once need not

    if excerpt:
        click.echo(printable(excerpt), err=True)


pass_settings = click.make_pass_decorator(Settings)
