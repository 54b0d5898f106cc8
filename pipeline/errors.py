"""Every error that Wirewatch raises on purpose.

    WirewatchError
    ├── UsageError                 the command line or a setting is wrong (exit status 2)
    │   └── SettingError           one setting: which, its value, the values it may have
    ├── ArticleError               one article is at fault; carries the dead-letter reason
    │   ├── UndecodableError       not JSON, or not UTF-8
    │   ├── SchemaError            JSON, but not of the message's schema
    │   ├── EmptyArticleError      no title and no body that is not blank
    │   ├── TooLargeError          over a limit of size
    │   ├── RefusedError           the broker refuses its message for good
    │   ├── StepFailedError        the step kept failing on it
    │   └── CrashError             it ended the process, alone, too often
    ├── RuleError                  one watch rule is at fault: rule, line, column, text, caret
    ├── FeedError                  a document is not a feed (in ``sources``)
    ├── FetchError                 an address of the web could not be fetched: which, kind, reason (in ``sources``)
    ├── UnknownConceptError        no concept has that id (in ``concepts``)
    ├── InstallationError          what a step loads is not as it must be: starting it again would not help
    │   ├── ModelMissingError      no spaCy pipeline for a language and no fallback
    │   ├── KnowledgeBaseFileError the built knowledge base is missing, or of another version (in ``concepts``)
    │   ├── ReviewedFileError      a reviewed file or an overlay breaks its form (in ``concepts``)
    │   ├── WordListError          a word list cannot be read, or breaks its form (in ``text``)
    │   └── OverlayError           an overlay cannot be read, or names what is not there (in ``concepts``)
    ├── UnavailableError           something outside cannot be used now: a broker, an HTTP endpoint, a database
    │   └── BrokerError            a broker cannot be started, reached or used
    │       ├── BrokerUnreachableError  no broker answers at that address
    │       │   └── UnfitConnectionError  one does, but not as the settings connect to it: TLS, a certificate, a port
    │       ├── AccessDeniedError       the broker refuses this user a topic or a group (a StoppingError too)
    │       │   └── LoginRefusedError     it does not let this user in
    │       ├── TopicMissingError       a topic does not exist
    │       ├── TopicReplacedError      a topic was deleted and created again while it was read
    │       ├── TopicRefusedError       the broker will not create, change or delete a topic
    │       ├── KafkaMissingError       no Java, no Maven, or no jars to start a local Kafka with
    │       └── BrokerStartError        a local broker did not start, or its port or data is taken
    ├── StoredDocumentError        a document of a compacted topic is missing, or the broker refuses it
    ├── PartitionNotLoadedError    a match lies on a partition that is not assigned to this process
    ├── StoppingError              a step stops: it would meet the same with every article
    │   └── StepStoppedError       a step gave up on purpose: too many articles fail
    ├── WorkerNotReadyError        a worker's processes did not get their partitions in time
    ├── ArticlesStuckError         articles no longer move through a step
    └── ServiceEndedError          a service that runs until it is stopped ended by itself

An error's text is one line that says what is wrong, where, and what to do; its attributes carry the same for code.
"""

from __future__ import annotations

import re
from typing import ClassVar, Literal

DeadLetterReason = Literal["undecodable", "schema", "empty", "too-large", "refused", "failed", "crash"]


# Messages quote articles and rules; their control characters and line ends would disturb a terminal or a log.
_UNPRINTABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]")


class WirewatchError(Exception):
    """Base of the errors that Wirewatch raises on purpose; ``str()`` is one line for people."""

    def __str__(self) -> str:
        return _UNPRINTABLE.sub("\ufffd", super().__str__())


class UsageError(WirewatchError):
    """The command line or a setting cannot be used as given."""


class SettingError(UsageError):
    """One setting cannot be used.

    Attributes:
        name: The environment variable, such as ``WIREWATCH_STEP_TIMEOUT_SECONDS``.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"{name}: {problem}")
        self.name = name


class ArticleError(WirewatchError):
    """One article is at fault, and will be whenever it is tried again.

    Attributes:
        reason: The reason that its dead letter gives.
    """

    reason: ClassVar[DeadLetterReason]


class UndecodableError(ArticleError):
    """The bytes are not UTF-8 JSON."""

    reason = "undecodable"


class SchemaError(ArticleError):
    """The JSON breaks the schema of its message: a field is missing, of a wrong type or out of range."""

    reason = "schema"


class EmptyArticleError(ArticleError):
    """Title and body are blank."""

    reason = "empty"


class TooLargeError(ArticleError):
    """The article is over a limit of size."""

    reason = "too-large"


class RefusedError(ArticleError):
    """The broker refuses the message made from the article, and would refuse it again."""

    reason = "refused"


class StepFailedError(ArticleError):
    """A step failed on this article alone, as often as it was tried."""

    reason = "failed"


class CrashError(ArticleError):
    """This article, alone in its batch, repeatedly ended the process of its step."""

    reason = "crash"


class RuleError(WirewatchError):
    """One watch rule, or a whole rule file, cannot be used.

    Attributes:
        problem: What is wrong and what was expected, without the place.
        rule_id: The rule's id, or None where the file itself is at fault.
        source: The file's name, or ``"<rule>"``.
        line: 1-based line in the source, or None where it is not known.
        column: 1-based column, in code points, or None.
        excerpt: The offending text and, below it, a caret under the offending character; may be empty.
        others: Further errors of the same rule.
    """

    others: tuple[RuleError, ...] = ()

    def __init__(
        self,
        problem: str,
        *,
        rule_id: str | None = None,
        source: str = "<rule>",
        line: int | None = None,
        column: int | None = None,
        excerpt: str = "",
    ) -> None:
        place = ":".join(str(part) for part in (source, line, column) if part is not None)
        rule = f"rule {rule_id}: " if rule_id else ""
        super().__init__(f"{place}: {rule}{problem}")
        self.problem = problem
        self.rule_id = rule_id
        self.source = source
        self.line = line
        self.column = column
        self.excerpt = excerpt


class InstallationError(WirewatchError):
    """A file or package that a step loads is missing or unusable; starting again does not help."""


class ModelMissingError(InstallationError):
    """A spaCy pipeline that the settings name is not installed.

    Attributes:
        language: The language tag that it is set for.
        model: The pipeline's package name.
    """

    def __init__(self, language: str, model: str) -> None:
        super().__init__(
            f"spaCy pipeline {model!r} for language {language!r} is not installed: "
            f"install it (pip install {model}) or take it out of WIREWATCH_SPACY_MODELS"
        )
        self.language = language
        self.model = model


class UnavailableError(WirewatchError):
    """Something outside that a step or service needs cannot be used now: a broker, an HTTP endpoint, a database.

    A step waits with back-off and tries again. While waiting helps, no article is at fault and none becomes a dead
    letter.

    Attributes:
        is_passing: Whether waiting helps. False for a refusal that lasts until somebody changes something: it is
            either a ``StoppingError``, or concerns one article's topic, and that article becomes a dead letter.
    """

    is_passing: ClassVar[bool] = True


class StoppingError(WirewatchError):
    """Whatever article a step takes next, it would meet this again: the step stops and says why."""


class BrokerError(UnavailableError):
    """A broker cannot be started, reached or used."""


_START_ONE = "start one (make run), or set WIREWATCH_BOOTSTRAP_SERVERS"


class BrokerUnreachableError(BrokerError):
    """No broker answers at the bootstrap servers.

    Attributes:
        bootstrap_servers: The addresses that were tried, without credentials.
    """

    def __init__(self, bootstrap_servers: str, detail: str = "", remedy: str = _START_ONE) -> None:
        tail = f" ({detail})" if detail else ""
        super().__init__(f"no Kafka broker answers at {bootstrap_servers}{tail}: {remedy}")
        self.bootstrap_servers = bootstrap_servers


class UnfitConnectionError(BrokerUnreachableError):
    """Something answers there, but no connection can be made with it as the settings say.

    Waiting may help: a certificate is renewed without a change here.
    """

    def __init__(self, bootstrap_servers: str, problem: str, remedy: str) -> None:
        BrokerError.__init__(self, f"no connection to Kafka at {bootstrap_servers}: {problem}: {remedy}")
        self.bootstrap_servers = bootstrap_servers


# Kafka's names of the rights for what was tried.
_RIGHTS = {
    "read": "Read",
    "write to": "Write",
    "create": "Describe, and Create if it does not exist yet,",
    "delete": "Delete",
    "list": "Describe",
    "describe": "Describe",
    "change": "AlterConfigs",
    "read the configuration of": "DescribeConfigs",
}


class AccessDeniedError(BrokerError, StoppingError):
    """The broker refuses this user an operation on a topic or group.

    Args:
        resource: Topic or group.
        operation: A verb that stands before it, such as ``read`` or ``write to``.
    """

    is_passing = False

    def __init__(self, resource: str, operation: str) -> None:
        super().__init__(
            f"the broker does not let this user {operation} {resource}: "
            f"grant {_RIGHTS[operation]} on {resource} (Kafka's ACLs), or use another user"
        )
        self.resource = resource


class LoginRefusedError(AccessDeniedError):
    """The broker does not let this user in."""

    def __init__(self, bootstrap_servers: str, problem: str, remedy: str) -> None:
        BrokerError.__init__(self, f"no login to Kafka at {bootstrap_servers}: {problem}: {remedy}")
        self.resource = bootstrap_servers


class TopicMissingError(BrokerError):
    """A topic does not exist.

    Attributes:
        topic: Its full name.
    """

    is_passing = False

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"topic {topic} does not exist: check the prefix and the channel, or create it "
            "(wirewatch topics apply; --channel NAME for a channel)"
        )
        self.topic = topic


class TopicReplacedError(BrokerError):
    """A topic was deleted and created again while it was being read.

    Attributes:
        topic: Its full name.
    """

    def __init__(self, topic: str) -> None:
        super().__init__(
            f"topic {topic} was deleted and created again while it was being read: read it again from its start"
        )
        self.topic = topic


class TopicRefusedError(BrokerError):
    """The broker will not create, change or delete a topic as asked.

    Attributes:
        topic: Its full name.
    """

    is_passing = False

    def __init__(self, topic: str, operation: str, detail: str) -> None:
        super().__init__(f"topic {topic}: the broker will not {operation} it: {detail}")
        self.topic = topic


class KafkaMissingError(BrokerError):
    """A local Kafka cannot be started: something that it needs is not installed and cannot be fetched.

    Attributes:
        missing: What is missing: ``java``, ``maven``, ``jars`` or ``confluent-kafka``.
    """

    def __init__(self, missing: str, remedy: str) -> None:
        super().__init__(remedy)
        self.missing = missing


class BrokerStartError(BrokerError):
    """A local broker did not start.

    Attributes:
        log_tail: The last lines of its log, oldest first; empty when it was never started.
    """

    def __init__(self, problem: str, log_tail: tuple[str, ...] = ()) -> None:
        super().__init__(problem)
        self.log_tail = log_tail


class StoredDocumentError(WirewatchError):
    """A document of a compacted topic is not there, or the broker refuses it for good.

    Attributes:
        topic: The topic's full name.
        document_id: The document's id.
        problem: What is wrong with it.
    """

    def __init__(self, topic: str, document_id: str, problem: str) -> None:
        super().__init__(f"topic {topic}: {document_id}: {problem}")
        self.topic = topic
        self.document_id = document_id
        self.problem = problem


class PartitionNotLoadedError(WirewatchError):
    """A match lies on a partition that is not assigned to this process, so that its alerts are not remembered here.

    Attributes:
        partition: Of the matches topic.
    """

    def __init__(self, partition: int) -> None:
        super().__init__(f"partition {partition} is not assigned to this process: its new owner handles it")
        self.partition = partition


class StepStoppedError(StoppingError):
    """A step stopped itself, since it would turn its whole topic into dead letters."""


class WorkerNotReadyError(WirewatchError):
    """A worker was not ready in time.

    Attributes:
        problem: What it was still waiting for.
    """

    def __init__(self, problem: str, timeout_seconds: float) -> None:
        super().__init__(f"the worker is not ready after {timeout_seconds:g} s ({problem}): see its log")
        self.problem = problem


class ArticlesStuckError(WirewatchError):
    """Articles that were published no longer move through a step.

    Attributes:
        step: The step whose source topic holds them.
        lag: How many articles.
    """

    def __init__(self, step: str, lag: int, timeout_seconds: float) -> None:
        super().__init__(
            f"step {step}: {lag:,} messages have not moved for {timeout_seconds:g} s: see the worker's log"
        )
        self.step = step
        self.lag = lag


class ServiceEndedError(WirewatchError):
    """The work of a service ended, though it runs until it is told to stop.

    Attributes:
        service: Its name.
    """

    def __init__(self, service: str) -> None:
        super().__init__(f"service {service} ended by itself, and it should run until it is stopped: see its log")
        self.service = service
