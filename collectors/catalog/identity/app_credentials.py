"""Application registrations and service principals: secrets and certificates, age and end.

A service principal may hold credentials of its own, which its application does not show; also that
of an application of another tenant, Microsoft's included: what stands there was added here. The
certificates of a managed identity are Microsoft's to renew, and are not asked about.
"""

from collectors.kit import Check, Collector, Graph, Item, Owner
from collectors.kit.access.app_credentials import (
    KEYS,
    SECRETS,
    certificate_lifetime,
    ends_soon,
    holds_any,
    no_expired,
    no_secrets,
    of_held,
    of_service,
    secret_lifetime,
)


def is_ours(principal: Item) -> bool:
    """A service principal with credentials that the organisation has to look after."""
    managed = principal["servicePrincipalType"] == "ManagedIdentity" and principal[SECRETS] == []
    return holds_any(principal) and not managed


COLLECTOR = Collector(
    id="identity.app_credentials",
    title="Credentials of applications and service principals",
    owner=Owner.SECURITY,
    reads={
        "applications": Graph(
            path="/applications",
            select=("id", "appId", "displayName", "createdDateTime", SECRETS, KEYS),
            top=999,
            needs=("Application.Read.All",),
        ),
        "service_principals": Graph(
            path="/servicePrincipals",
            select=(
                "id",
                "appId",
                "displayName",
                "servicePrincipalType",
                "appOwnerOrganizationId",
                SECRETS,
                KEYS,
            ),
            top=999,
            needs=("Application.Read.All",),
        ),
    },
    checks=(
        Check(
            id="secret_lifetime",
            title="Application secrets and certificates are short-lived",
            judge=of_held(secret_lifetime),
            controls=("A.5.17",),
            expectation="secret_lifetime_days",
            remedy=(
                "az ad app credential reset --id <appId> --append --end-date <date> (a certificate:"
                " with --cert @<file>), then az ad app credential delete --id <appId> --key-id"
                " <keyId> (a certificate: with --cert)"
            ),
        ),
        Check(
            id="certificate_lifetime",
            title="Application certificates are renewed in time",
            judge=of_held(certificate_lifetime),
            controls=("A.8.24",),
            expectation="certificate_lifetime_days",
            remedy=(
                "az ad app credential reset --id <appId> --append --cert @<file>, then"
                " az ad app credential delete --id <appId> --key-id <keyId> --cert"
            ),
        ),
        Check(
            id="no_expired_secrets",
            title="Expired application credentials are removed",
            judge=of_held(no_expired),
            controls=("A.5.17",),
            remedy="az ad app credential delete --id <appId> --key-id <keyId> [--cert]",
            owner=Owner.CLOUD,
        ),
        Check(
            id="expiry_warning",
            title="No application credential is about to end",
            judge=of_held(ends_soon),
            controls=("A.5.17", "A.8.24"),
            expectation="credential_warning_days",
            remedy=(
                "az ad app credential reset --id <appId> --append --end-date <date>"
                " (a certificate: with --cert @<file>)"
            ),
            owner=Owner.CLOUD,
        ),
        Check(
            id="no_secrets",
            title="Applications use certificates or federation, not secrets",
            judge=of_held(no_secrets),
            controls=("A.8.5",),
            remedy="az ad app federated-credential create --id <appId> --parameters <file>",
        ),
        Check(
            id="service_lifetime",
            title="Secrets and certificates of service principals are short-lived",
            on="service_principals",
            when=is_ours,
            judge=of_service(secret_lifetime),
            controls=("A.5.17",),
            expectation="secret_lifetime_days",
            remedy=(
                "az ad sp credential reset --id <objectId> --append --end-date <date> (a"
                " certificate: with --cert @<file>), then az ad sp credential delete --id"
                " <objectId> --key-id <keyId> (a certificate: with --cert)"
            ),
        ),
        Check(
            id="service_no_expired",
            title="Expired credentials of service principals are removed",
            on="service_principals",
            when=is_ours,
            judge=of_service(no_expired),
            controls=("A.5.17",),
            remedy="az ad sp credential delete --id <objectId> --key-id <keyId> [--cert]",
            owner=Owner.CLOUD,
        ),
        Check(
            id="service_expiry_warning",
            title="No credential of a service principal is about to end",
            on="service_principals",
            when=is_ours,
            judge=of_service(ends_soon),
            controls=("A.5.17", "A.8.24"),
            expectation="credential_warning_days",
            remedy=(
                "az ad sp credential reset --id <objectId> --append --end-date <date>"
                " (a certificate: with --cert @<file>)"
            ),
            owner=Owner.CLOUD,
        ),
        Check(
            id="service_no_secrets",
            title="Service principals hold no secrets of their own",
            on="service_principals",
            when=is_ours,
            judge=of_service(no_secrets),
            controls=("A.8.5",),
            remedy="az ad sp credential delete --id <objectId> --key-id <keyId>",
        ),
    ),
)
