"""The front door: log in, second factor, invitation, another provider's word, and one's own account."""

from fastapi import APIRouter

from services.intake.front_door import confirming, invitation, log_in, own_account, own_factor, second_factor, sso

router = APIRouter()
for part in (log_in, second_factor, sso, invitation, own_account, own_factor, confirming):
    router.include_router(part.router)
