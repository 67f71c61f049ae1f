"""What each login may do: the administrator everything, the viewer what changes nothing."""

AREAS = (
    "application", "net_cfg", "dev_cfg", "backup", "time_cfg", "lic", "update", "remote_cfg",
    "truststore", "password_policy", "privacy_mode", "www_config", "pip", "rf", "sandbox",
    "blobstore",
)  # fmt: skip
VIEWED = frozenset(
    f"{area}_read" for area in AREAS if area not in ("backup", "truststore", "sandbox")
)
OWN = frozenset(("own_user_read", "own_user_passwd_change"))
PRIVILEGES: dict[str, frozenset[str]] = {
    "admin": OWN
    | frozenset(f"{area}_{verb}" for area in AREAS for verb in ("read", "write"))
    | {"dev_reboot", "reset", "hard_reset", "format_reset", "privacy_mode_reset"}
    | {"other_user_read", "other_user_activate", "other_user_passwd_change"},
    "viewer": OWN | VIEWED,
}
