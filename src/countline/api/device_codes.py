"""The error codes of asking sensors: HTTP status, what happened, why, and how to mend it."""

from collections.abc import Mapping

from countline.api.kind import Kind

_DETAIL = "`detail` says what the sensor was asked to do, and what it said."

DEVICE_CODES: Mapping[str, Kind] = {
    "address_not_allowed": Kind(
        422, "Sensors may not be at this address",
        "This installation contacts sensors in some networks only, so that nobody can make it ask"
        " machines that are none. Addresses of the machine's own network link, of cloud metadata and"
        " of groups are never contacted.",
        "Add the sensor's network to the setting `devices.allowed_networks`.",
    ),
    "device_unreachable": Kind(
        502, "The sensor does not answer",
        "It was tried more than once, and nothing came back. Nothing was changed on it.",
        "Check its power, cable and address, and that this machine may reach its network. `detail`"
        " says what was tried.",
    ),
    "device_gone": Kind(
        502, "The sensor went away in the middle of a change",
        "The connection broke after the change was sent and before it was answered, so nobody knows"
        " whether it happened.",
        "When the sensor answers again, do the same again: it is made so that twice is as once.",
    ),
    "device_not_recognised": Kind(
        422, "This is no sensor that is known",
        "What answers does not say what sensors of generation 5 say of themselves without a login. No"
        " password was sent to it.",
        "Check the address and the port. Older generations can push, but cannot be adopted.",
    ),
    "device_answer_invalid": Kind(
        502, "The answer is none that a sensor gives",
        "It is no JSON, lacks what it must have, is too long, points elsewhere, or is no HTTP.",
        "Check that a sensor is at this address and nothing stands between; then restart the sensor.",
    ),
    "certificate_changed": Kind(
        409, "The sensor shows another certificate",
        "The certificate that was seen first is remembered. Another one means that the sensor was"
        " reset or exchanged, or that somebody stands between. No password was sent.",
        "If you know why, accept it: `countline sensors trust ID`.",
    ),
    "device_exchanged": Kind(
        409, "Another device is at this address",
        "What answers is a sensor with another serial number than the adopted one. It was asked"
        " before anything else, and no password was sent.",
        "Adopt the sensor again at the address that it has now.",
    ),
    "device_login_missing": Kind(
        409, "The sensor wants a login",
        "No user and password of this sensor are known.",
        "Adopt it: `countline sensors adopt ADDRESS --user USER`.",
    ),
    "device_login_failed": Kind(
        409, "The sensor refuses user and password",
        "They were tried once and are not tried again by themselves within an hour: accounts lock.",
        "Check both on the sensor's own page, then adopt the sensor again with the right ones.",
    ),
    "device_privilege_missing": Kind(
        409, "The sensor's user may not do this",
        "Users of a sensor have privileges, and this one lacks what is needed.",
        f"Give the user more rights on the sensor, or adopt it with another user. {_DETAIL}",
    ),
    "device_privacy_mode": Kind(
        409, "The sensor's privacy mode forbids it",
        "The mode shuts off what would show persons. Counts are never shut off.",
        "Lower the mode on the sensor, which needs its master key, or go without.",
    ),
    "device_license_missing": Kind(
        409, "The sensor has no licence for this",
        "Some things that sensors count are licensed one by one.",
        f"Add the licence on the sensor, or leave this out. {_DETAIL}",
    ),
    "device_limit_reached": Kind(
        409, "The sensor has no room for more",
        "A sensor takes so many lines, zones, logics, connections and agents.",
        f"Remove those that are not used. {_DETAIL}",
    ),
    "firmware_unsupported": Kind(
        409, "The sensor's firmware cannot do this",
        "`found` is the firmware that it has, `needed` the one that can. `GET /v3/compatibility` has"
        " the whole table.",
        "Update the sensor, or go without.",
    ),
    "device_busy": Kind(
        503, "The sensor is busy",
        "It is being updated, or still sends an earlier stretch of time again.",
        "Ask again after `Retry-After` seconds.",
    ),
    "device_element_missing": Kind(
        409, "The sensor no longer has it",
        "What was to be read or changed was removed on the sensor meanwhile.",
        "Read its configuration again, and change that.",
    ),
    "device_conflict": Kind(
        409, "Something on the sensor stands in the way",
        "An id is taken, or something else needs what was to be changed.",
        f"Read its configuration again. {_DETAIL}",
    ),
    "device_failed": Kind(
        502, "The sensor failed",
        "It answered that something went wrong inside it.",
        f"Try again; if it stays, restart the sensor. {_DETAIL}",
    ),
    "device_refused": Kind(
        422, "The sensor refuses",
        "What was sent is not right to it.",
        f"Mend what it names. {_DETAIL}",
    ),
    "push_target_unreachable": Kind(
        502, "The sensor cannot push here",
        "The sensor tested the connection that it was given, and nothing took what it sent. All that"
        " was made on it is taken back.",
        "See that the server listens on an address that the sensor reaches, and that no firewall is"
        " in between; give another address as `push_url`, or in the setting `devices.push_url`.",
    ),
    "sensor_not_adopted": Kind(
        404, "The device is not adopted",
        "Only the devices of adopted sensors are contacted. This sensor only pushes, or is fed by"
        " files.",
        "Adopt its device: `countline sensors adopt ADDRESS --as ID`.",
    ),
    "secret_lost": Kind(
        503, "A kept secret cannot be opened",
        "Passwords of sensors and secrets of webhooks are kept sealed, and the key for this one is not"
        " in the key file.",
        "Bring back the `secrets.key` that belongs to the data folder, or adopt the sensor again, or"
        " rotate the webhook's secret.",
    ),
    "secrets_key": Kind(
        503, "The key file is not as it must be",
        "`secrets.key` in the data folder opens passwords of sensors and secrets of webhooks. It is"
        " missing, damaged, or can be read by others.",
        "`detail` says what is wrong and the command that mends it.",
    ),
}  # fmt: skip
