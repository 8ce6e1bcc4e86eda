"""What the operator's commands are told from outside: the owner's access, beyond what any one service has."""

from typing import Annotated, TypeVar

import typer
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.settings import RealKey

S = TypeVar("S", bound=BaseSettings)


class SenderSettings(BaseSettings):
    """Where another system's reports go: the broker and the object store."""

    model_config = SettingsConfigDict(env_prefix="ALURWARTA_", frozen=True, extra="ignore")

    kafka: Annotated[str, Field(min_length=1)]
    s3_endpoint: str = ""
    s3_access_key: SecretStr = SecretStr("")
    s3_secret_key: SecretStr = SecretStr("")
    namespace: str = "alurwarta"
    bucket_prefix: str = "alurwarta"


class OperatorSettings(SenderSettings):
    """Of the machine on which commands run. `admin_dsn` is the owner of all schemas."""

    admin_dsn: SecretStr
    kafka: str = ""
    s3_public_endpoint: str = ""
    staff_url: str = "http://127.0.0.1:8080"
    replicas: int = 1
    partitions: int = 6
    intake_db_password: SecretStr | None = None
    editing_db_password: SecretStr | None = None
    review_db_password: SecretStr | None = None
    publisher_db_password: SecretStr | None = None

    @property
    def dsn(self) -> str:
        return self.admin_dsn.get_secret_value()

    def passwords(self) -> dict[str, str]:
        given = {
            "intake": self.intake_db_password,
            "editing": self.editing_db_password,
            "review": self.review_db_password,
            "publisher": self.publisher_db_password,
        }
        return {service: secret.get_secret_value() for service, secret in given.items() if secret is not None}


class ChannelSettings(OperatorSettings):
    """With what seals the secrets of channels."""

    channel_key: RealKey


def settings_of(kind: type[S]) -> S:
    """Read the settings, or say which variable is missing and stop."""
    try:
        return kind()
    except ValidationError as e:
        for found in e.errors():
            name = f"ALURWARTA_{str(found['loc'][0]).upper()}" if found["loc"] else "settings"
            typer.echo(f"{name}: {found['msg']}", err=True)
        raise typer.Exit(2) from None


Service = Annotated[str, typer.Argument(help="intake, editing, review or publisher")]
