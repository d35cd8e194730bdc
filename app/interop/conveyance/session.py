"""EIDO conveyance on one websocket without a socket, a clock or an await: feed it, tell it the time, send what it says.

client                                    server
subscribe {requestId, requestSubType} ->
                                      <-  subscribeResponse {subscriptionId, expires, ...}
                                      <-  event {transactionId, notification: [EIDO...]}
eventResponse {transactionId}         ->      no second event before it, or before 5 s
subscribe {subscriptionId}            ->      renews
unsubscribe {subscriptionId}          ->
                                      <-  unsubscribeResponse
                                      <-  terminate {subscriptionId}: expired, or gone
terminateResponse                     ->
"""

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Final, Protocol

from app.interop.conveyance import messages
from app.interop.conveyance.messages import BadMessage, Message
from app.interop.conveyance.qualifier import Qualifier, read_qualifier
from app.interop.conveyance.subscription import Scope, Subscription
from dispatch.entities import Incident

SUBSCRIPTIONS_MAX: Final = 8  # on one socket
EXPIRES_S: Final = 3_600
EXPIRES_RANGE_S: Final = (15, 86_400)
MIN_RATE_RANGE_S: Final = (5, 3_600)
MAX_RATE_RANGE_S: Final = (1, 3_600)
OUT_MAX: Final = 256  # answers nobody has taken: a client that asks and does not read
BAD_MAX: Final = 8
JUST_CLOSED_S: Final = 300.0  # a closed incident may be asked for so long (STA-024 2.1.1)


class Pictures(Protocol):
    """What the session sees of the incidents: only those its client may see."""

    def active(self) -> Iterable[Incident]:
        """Return the open incidents."""
        ...

    def find(self, named: str) -> Incident | None:
        """Return the incident with this identifier, open or closed within the last five minutes."""
        ...

    def get(self, incident_id: int) -> Incident | None: ...

    def resources(self, incident_id: int) -> Iterable[str]:
        """Return the units that are or were sent to an incident."""
        ...

    def eido(self, incident_id: int) -> dict[str, Any]: ...


class Conveyance:
    """The server's side of one websocket. `is_over` says that the last subscription has ended."""

    def __init__(self, pictures: Pictures, new_id: Callable[[], str]) -> None:
        self._pictures = pictures
        self._new_id = new_id
        self._subscriptions: dict[str, Subscription] = {}
        self._had_one = False
        self._bad = 0
        self.out: deque[bytes] = deque()

    @property
    def is_over(self) -> bool:
        return (self._had_one and not self._subscriptions) or self.is_broken

    @property
    def is_broken(self) -> bool:
        """Whether the client does not keep to the contract: it sends rubbish, or asks and does not read."""
        return self._bad >= BAD_MAX or len(self.out) > OUT_MAX

    def hear(self, text: str | bytes, now: float) -> None:
        """Take one message."""
        try:
            message = messages.read_message(text)
        except BadMessage:
            self._bad += 1
            self._say(messages.subscribed(None, None, messages.BAD_REQUEST, "Bad Request"))
            return
        match message.kind:
            case "subscribe":
                self._subscribe(message, now)
            case "unsubscribe":
                self._unsubscribe(message)
            case "eventResponse":
                self._acknowledge(message)
            case "terminate":
                known = self._subscriptions.pop(message.text("subscriptionId") or "", None)
                code = messages.OK if known else messages.NOT_FOUND
                said = (message.text("requestId"), message.text("subscriptionId"), code)
                self._say(messages.terminated(*said, "OK" if known else "Not Found"))
            case _:
                pass  # a terminateResponse: the subscription is gone already

    def changed(self, incident_id: int) -> None:
        """Note that something of an incident changed."""
        incident = self._pictures.get(incident_id) if self._subscriptions else None
        if incident is None:
            return
        for subscription in self._subscriptions.values():
            if not subscription.last_only and self._wants(subscription, incident):
                subscription.note(incident_id)

    def tick(self, now: float) -> None:
        """Do what is due: events, time-outs, expiries."""
        for subscription in list(self._subscriptions.values()):
            answer_due = subscription.answer_due()
            is_gone = answer_due is not None and now >= answer_due and subscription.unanswered()
            if is_gone or now >= subscription.expires_at:
                self._terminate(subscription)
                continue
            due = subscription.send_due()
            if due is not None and now >= due:
                self._tell(subscription, now)

    def due(self) -> float | None:
        """Return when `tick` has something to do next."""
        moments = [
            at
            for each in self._subscriptions.values()
            for at in (each.send_due(), each.answer_due(), each.expires_at)
            if at is not None
        ]
        return min(moments, default=None)

    def _subscribe(self, message: Message, now: float) -> None:
        request, known = message.text("requestId"), message.text("subscriptionId")
        if known is not None:
            self._renew(request, known, message, now)
        elif len(self._subscriptions) >= SUBSCRIPTIONS_MAX:
            self._say(messages.subscribed(request, None, messages.TOO_MANY, "Too Many Subscriptions"))
        elif (message.text("requestType") or "eido").casefold() != "eido":
            self._say(messages.subscribed(request, None, messages.BAD_REQUEST, "requestType: EIDO only"))
        else:
            self._begin(request, message, now)

    def _renew(self, request: str | None, name: str, message: Message, now: float) -> None:
        """Move the expiry, which is all that may change of a subscription."""
        subscription = self._subscriptions.get(name)
        if subscription is None:
            self._say(messages.subscribed(request, name, messages.NOT_FOUND, "Not Found"))
            return
        expires_s = message.seconds("expires", *EXPIRES_RANGE_S) or EXPIRES_S
        subscription.expires_at = now + expires_s
        self._grant(request, subscription, expires_s, "OK")

    def _begin(self, request: str | None, message: Message, now: float) -> None:
        scope = (message.text("requestSubType") or Scope.NEW).casefold()
        if scope not in tuple(Scope):
            self._say(
                messages.subscribed(request, None, messages.BAD_REQUEST, "requestSubType: single, new or resource")
            )
            return
        expires_s = message.seconds("expires", *EXPIRES_RANGE_S) or EXPIRES_S
        subscription = Subscription(self._new_id(), Scope(scope), now + expires_s)
        subscription.min_rate_s = message.seconds("minRate", *MIN_RATE_RANGE_S)
        subscription.max_rate_s = message.seconds("maxRate", *MAX_RATE_RANGE_S)
        refused = self._aim(subscription, message)
        if refused is not None:
            self._say(messages.subscribed(request, None, *refused))
            return
        written = message.text("qualFilter")
        qualifier = Qualifier() if written is None else read_qualifier(written)
        subscription.qualifier = qualifier or Qualifier()
        for incident in self._first(subscription):
            subscription.note(incident.id)
        self._subscriptions[subscription.id] = subscription
        self._had_one = True
        words = "OK" if qualifier is not None else "OK, qualFilter not understood and not applied"
        self._grant(request, subscription, expires_s, words)

    def _aim(self, subscription: Subscription, message: Message) -> tuple[int, str] | None:
        """Find what a subscription is about; return why not."""
        if subscription.scope is Scope.SINGLE:
            incident = self._pictures.find(message.text("incidentId") or "")
            if incident is None:
                return messages.NOT_FOUND, "Not Found: incidentId"
            subscription.incident_id, subscription.last_only = incident.id, not incident.is_open
        elif subscription.scope is Scope.RESOURCE:
            subscription.resource = message.text("resourceId")
            if subscription.resource is None:
                return messages.BAD_REQUEST, "resourceId: missing"
        return None

    def _first(self, subscription: Subscription) -> Iterable[Incident]:
        """Return what is told at once: the one incident, or every active one that matches."""
        if subscription.incident_id is not None:
            incident = self._pictures.get(subscription.incident_id)
            return () if incident is None else (incident,)
        return [incident for incident in self._pictures.active() if self._wants(subscription, incident)]

    def _wants(self, subscription: Subscription, incident: Incident) -> bool:
        if subscription.incident_id is not None:
            return incident.id == subscription.incident_id
        if subscription.resource is not None and subscription.resource not in self._pictures.resources(incident.id):
            return False
        return subscription.qualifier.passes(incident)

    def _grant(self, request: str | None, subscription: Subscription, expires_s: int, words: str) -> None:
        granted = {"expires": expires_s, "minRate": subscription.min_rate_s, "maxRate": subscription.max_rate_s}
        self._say(messages.subscribed(request, subscription.id, messages.OK, words, **granted))

    def _unsubscribe(self, message: Message) -> None:
        name = message.text("subscriptionId")
        known = self._subscriptions.pop(name or "", None)
        gone = (messages.NOT_FOUND, "Subscription Does Not Exist")
        said = gone if known is None else (messages.OK, "Unsubscribed")
        self._say(messages.unsubscribed(message.text("requestId"), name, *said))

    def _acknowledge(self, message: Message) -> None:
        transaction = message.text("transactionId")
        for subscription in list(self._subscriptions.values()):
            if subscription.acknowledged(transaction):
                if subscription.last_only and not subscription.pending:
                    self._terminate(subscription)
                return

    def _tell(self, subscription: Subscription, now: float) -> None:
        taken = tuple(i for i in subscription.take() if self._pictures.get(i) is not None)
        transaction = self._new_id()
        subscription.sent(transaction, taken, now)
        self._say(messages.event(subscription.id, transaction, [self._pictures.eido(i) for i in taken]))

    def _terminate(self, subscription: Subscription) -> None:
        del self._subscriptions[subscription.id]
        self._say(messages.terminate(self._new_id(), subscription.id))

    def _say(self, data: bytes) -> None:
        self.out.append(data)
