"""What the routes about accounts take. Nothing of it is ever logged or sent back."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.routes.bodies import Body, OptionalText, Text

Secret = Annotated[str, Field(min_length=1, max_length=64)]
Step = Annotated[str, Field(min_length=1, max_length=1_024)]
Password = Annotated[str, Field(max_length=256)]
Code = Annotated[str, Field(max_length=32, description="of the authenticator app, or a recovery code")]
Credential = Annotated[dict[str, Any], Field(description="`PublicKeyCredential.toJSON()`")]
Login = Annotated[str, Field(max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=80)]
StaffRole = Literal["dispatcher", "supervisor", "administrator", "auditor"]
Sectors = Annotated[list[Annotated[str, Field(pattern=r"^[A-Z0-9]{1,8}$")]], Field(max_length=64, default_factory=list)]


class SignInBody(Body):
    login: Login
    password: Password
    code: Code = ""


class PasskeyBody(Body):
    ceremony: Step
    credential: Credential


class NewPasskeyBody(PasskeyBody):
    name: Name


class FlowBody(Body):
    """`again`: prove it anew, although the provider still knows you."""

    again: bool = False


class ReturnedBody(Body):
    """What the provider sent the browser back with."""

    flow: Step
    state: Secret
    code: Annotated[str, Field(min_length=1, max_length=4_096)]
    issuer: OptionalText = ""


class ProofBody(Body):
    """One of them will do: the session itself stands for the other factor."""

    password: Password = ""
    code: Code = ""


class LinkBody(Body):
    link: Secret


class WelcomeBody(LinkBody):
    """`login` and `name` count for the first administrator only; whoever was invited has theirs."""

    login: Login = ""
    name: OptionalText = ""
    password: Password
    secret: Annotated[str, Field(max_length=64)] = ""
    code: Code = ""


class PasswordBody(Body):
    password: Password


class AuthenticatorBody(Body):
    secret: Secret
    code: Code


class InviteBody(Body):
    """`sectors` empty: the whole region. `call_sign`: how the history names them; left out, the role and a number."""

    login: Annotated[str, Field(min_length=1, max_length=64)]
    name: Name
    role: StaffRole
    sectors: Sectors
    call_sign: Annotated[Text | None, Field(max_length=40)] = None
    never_idle: bool = False


class PersonBody(Body):
    name: Name
    role: StaffRole
    sectors: Sectors
    never_idle: bool = False
    disabled: bool = False


class DemoRoleBody(Body):
    role: StaffRole = "dispatcher"
