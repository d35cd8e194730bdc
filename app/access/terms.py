"""What a key may be made with: one set of rules for the command line and the route."""

from app.access.identity import PEOPLE, Role
from app.access.keys import Terms
from app.access.policy import Action, roles_for, scope_name


class BadTerms(ValueError):
    """Terms that do not fit together; `field` is what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


def check_terms(terms: Terms) -> None:
    """Raise BadTerms for a key that should not exist."""
    if terms.role in PEOPLE:
        raise BadTerms("role", "people sign in with accounts of their own")
    if (terms.role in (Role.AGENT, Role.TRACKER)) != (terms.unit_id is not None):
        raise BadTerms("unit_id", "an agent's or a tracker's key names its unit, and no other key does")
    if terms.scopes is not None:
        may = {scope_name(action) for action in Action if terms.role in roles_for(action)}
        if not terms.scopes or not set(terms.scopes) <= may:
            raise BadTerms("scopes", f"of this role: {', '.join(sorted(may))}")
    if terms.public_key is not None and not terms.must_sign:
        raise BadTerms("public_key", "a key with a key pair of its own must sign")
    if terms.device is not None and terms.role is not Role.TOWER:
        raise BadTerms("device", "for a tower's key")
    if terms.in_url:
        _check_in_url(terms)


def _check_in_url(terms: Terms) -> None:
    """A key that may stand in an address does nothing but report for one device."""
    if terms.role not in (Role.TOWER, Role.TRACKER):
        raise BadTerms("in_url", "only a tower's or a tracker's key may stand in an address")
    if terms.role is Role.TOWER and terms.device is None:
        raise BadTerms("device", "a tower's key in an address names the one device it reports for")
    if terms.must_sign or terms.certificate is not None:
        raise BadTerms("in_url", "whoever can sign or has a certificate can send a header")
