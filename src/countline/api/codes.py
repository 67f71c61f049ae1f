"""Every error code a caller can meet: its HTTP status, what happened, why, and how to mend it."""

from types import MappingProxyType

from countline.api.device_codes import DEVICE_CODES
from countline.api.kind import Kind as Kind
from countline.api.webhook_codes import WEBHOOK_CODES

IANA = "https://iana.org/assignments/http-problem-types#"

_ID = "Ids are case-sensitive. What the key may not see is answered exactly like what is not there."
_KEYS = "Ask whoever runs this installation, or make one with `countline keys create --name NAME`."

CODES: MappingProxyType[str, Kind] = MappingProxyType({
    # -- the key ----------------------------------------------------------------------------------
    "key_missing": Kind(
        401, "A key is needed",
        "The request carried no key where one is looked for.",
        "Send the key as `X-API-Key: KEY`, `Authorization: Apikey KEY` or `Authorization: Bearer KEY`."
        " A browser's session cookie only reads `/v3`.",
    ),
    "key_wrong": Kind(
        401, "The key is not known",
        "No key of this installation has this secret. It may be cut short, or belong elsewhere.",
        f"Compare it with what was shown when it was made; it is not shown again. {_KEYS}",
    ),
    "key_expired": Kind(
        401, "The key has expired",
        "The key was made with an end, and that has passed.",
        f"Use a new one. {_KEYS}",
    ),
    "key_withdrawn": Kind(
        401, "The key was withdrawn",
        "Somebody ended this key. It will not work again.",
        f"Use a new one. {_KEYS}",
    ),
    "session_ended": Kind(
        401, "The session has ended",
        "A session lasts 12 hours, and ends with its key.",
        "Open a new one: `POST /v3/session` with a key.",
    ),
    "too_many_wrong_keys": Kind(
        429, "Too many wrong keys",
        "Ten wrong keys came from this address within a minute. A right key still works.",
        "Wait as long as `Retry-After` says, and mend the key first: asking again will not help.",
    ),
    "origin_not_allowed": Kind(
        403, "A page of another site",
        "A browser sends the cookie of a session along for every page that opens a WebSocket, so only"
        " pages of this very address may use it: `Origin` must name the host that `Host` names.",
        "Open it from a page of this address, or without the cookie, and send the key as the first"
        " message. A proxy in between must hand on `Host` as it came.",
    ),
    "two_keys": Kind(
        400, "Two different keys",
        "The request carries two keys that differ, so nobody can say who asks.",
        "Send one: in `X-API-Key` or in `Authorization`.",
    ),
    "key_in_query": Kind(
        400, "A key in the address",
        "Addresses are kept by proxies, logs and browser histories. A key in one is given away.",
        "Withdraw this key, make another, and send it in a header.",
    ),
    "scope_missing": Kind(
        403, "The key may not do this",
        "Keys have scopes: `read` for numbers and catalogue, `write` for places, `admin` for keys and"
        " sensors. This one lacks the scope that is needed.",
        f"Use a key that has it. {_KEYS}",
    ),
    "more_than_own": Kind(
        403, "More than the key itself has",
        "A key cannot give another key scopes or locations that it does not have itself.",
        "Ask for less, or use a key that has all of it.",
    ),
    "quota_exceeded": Kind(
        429, "The key asks too often",
        "Each key has a rate; `RateLimit-Policy` and `RateLimit` on every answer say what is left.",
        "Wait as long as `Retry-After` says. For live numbers one request per minute is enough.",
        IANA + "quota-exceeded",
    ),
    "too_many_streams": Kind(
        429, "Too many streams",
        "A key has at most 500 streams open at once, and the server 2,000.",
        "Close those that nobody reads; one stream can tell of everything that the key sees.",
    ),
    # -- the question -----------------------------------------------------------------------------
    "bad_query": Kind(
        400, "The question cannot be read",
        "A parameter or field is missing, unknown, given twice, or not readable. `errors` names every"
        " one of them.",
        "Mend what `errors` says. Times carry an offset: `2023-10-27T00:00:00Z`, or `...%2B02:00` (in"
        " an address a `+` is written `%2B`).",
    ),
    "upgrade_needed": Kind(
        426, "Only by WebSocket",
        "At this address events are told over WebSocket, and the request did not ask for one. A proxy"
        " in between may have taken `Upgrade` and `Connection` away.",
        "Open it with a WebSocket client, let proxies hand on both headers, or take `GET /v3/events`.",
    ),
    "media_type": Kind(
        415, "Not JSON",
        "Bodies are read as JSON only, uncompressed, and must say so.",
        "Send `Content-Type: application/json`.",
    ),
    "body_too_large": Kind(
        413, "The body is too large",
        "No body that this operation understands is this large.",
        "Send at most as many bytes as `detail` says: 1 MB of JSON, 5 MB of an image.",
    ),
    "image_unreadable": Kind(
        415, "Not an image that can be shown",
        "Images are PNG or JPEG, by their content and not by their name. SVG is not taken: it can"
        " hold scripts, which would run with the rights of whoever looks at it.",
        "Export the plan as PNG, upright, and send it uncompressed.",
    ),
    "image_too_large": Kind(
        413, "The image is too large",
        "An image has at most 5 MB, and at most 20,000 pixels on a side.",
        "Make it smaller: 50 pixels for a metre show every door.",
    ),
    "too_many_layouts": Kind(
        409, "The location has enough layouts",
        "A location has at most 100 layouts.",
        "Remove one that is no longer used.",
    ),
    "layout_without_site": Kind(
        422, "Where the layout lies is not known",
        "Longitude and latitude need a `site`: where (0, 0) of the layout lies on the earth.",
        "Set `site` with `PATCH /v3/layouts/{layout_id}`, or leave out `coordinates=wgs84`.",
    ),
    "impossible": Kind(
        422, "There is no answer to this",
        "The question can be read, but nothing can be said to it.",
        "`detail` says what stands in the way.",
    ),
    "start_not_before_end": Kind(
        422, "The start is not before the end",
        "The stretch asked for is empty: it holds no instant.",
        "Give a start that is before the end; the end itself is not included.",
    ),
    "range_empty": Kind(
        422, "No bucket starts in this range",
        "Buckets are never cut: one belongs when `start <= its start < end`, and here none does.",
        "Ask for a longer stretch, or for a finer granularity.",
    ),
    "granularity_too_fine": Kind(
        422, "Finer than the data",
        "Some data here came in longer pieces than the granularity, and pieces are never split.",
        "Ask for the granularity in `finest`, or add `coarsen=true`, which answers at that one.",
    ),
    "too_many_rows": Kind(
        422, "Too many rows",
        "An answer has at most 50,000 rows.",
        "Ask for the granularity in `fits`, for less time, or for `format=csv`, which is streamed.",
    ),
    "too_many_groups": Kind(
        422, "Too many groups",
        "A grouped answer holds at most 200 lists.",
        "Ask for the zones or lines one by one, or group a smaller subject.",
    ),
    "zone_not_of_sensor": Kind(
        422, "The zone is not of this sensor",
        "A zone belongs to a sensor when the sensor counts a line on its boundary or frontage, or"
        " measures it.",
        "Leave out the sensor to ask for the whole zone, or the zone to ask for all of the sensor.",
    ),
    # -- what is there ----------------------------------------------------------------------------
    "path_not_found": Kind(
        404, "There is nothing at this address",
        "No operation and no page has this path.",
        "`GET /` lists both versions of the API and their documentation.",
    ),
    "method_not_allowed": Kind(
        405, "Not with this method",
        "The path is there, but does not take this method.",
        "The `Allow` header names the methods that it takes.",
    ),
    "not_found": Kind(404, "There is no such thing", "Nothing here has this id.", _ID),
    "location_not_found": Kind(
        404, "There is no such location", "No location has this id.", f"See `GET /v3/locations`. {_ID}"
    ),
    "zone_not_found": Kind(
        404, "There is no such zone", "No zone has this id.", f"See `GET /v3/zones`. {_ID}"
    ),
    "line_not_found": Kind(
        404, "There is no such line", "No line has this id.", f"See `GET /v3/lines`. {_ID}"
    ),
    "adjustment_not_found": Kind(
        404, "There is no such adjustment", "Nobody said this here, or it was withdrawn.",
        "See `GET` of the address without the last part.",
    ),
    "token_reused": Kind(
        409, "This Idempotency-Key stood for something else",
        "A key names one change, so that sending it again after a lost answer changes nothing more.",
        "Make a new key for each adjustment, and keep it only to send the same one again.",
    ),
    "ventilation_not_set": Kind(
        404, "Nobody has said how the zone is ventilated",
        "What a zone asks for follows from rates and a design population, and this one has none.",
        "Set them: `PUT /v3/zones/{zone_id}/ventilation`. `GET /v3/ventilation/categories` lists rates"
        " to begin with.",
    ),
    "ventilation_incomplete": Kind(
        422, "The zone's area is not known",
        "Outdoor air is for people and for the area, and nobody has said how large the zone is.",
        "Send `area` with the zone's ventilation, or (in m2) give the zone its `area_m2`.",
    ),
    "layout_not_found": Kind(
        404, "There is no such layout", "No layout has this id.", f"See `GET /v3/layouts`. {_ID}"
    ),
    "image_not_found": Kind(
        404, "The layout has no image",
        "Nobody gave this layout an image, or it was taken away.",
        "Send one: `PUT /v3/layouts/{layout_id}/image`.",
    ),
    "sensor_not_found": Kind(
        404, "There is no such sensor", "No sensor has this id.", f"See `GET /v3/sensors`. {_ID}"
    ),
    "key_not_found": Kind(
        404, "There is no such key", "No key has this id.", f"See `GET /v3/keys`. {_ID}"
    ),
    "no_location": Kind(
        404, "There is no location to see",
        "This key sees no location: none exists yet, or those it was made for are not there.",
        "Add one with `POST /v3/locations` or by importing a file, or use a key that sees one.",
    ),
    "conflict": Kind(
        409, "Something stands in the way",
        "What is there already does not go together with this.",
        "`detail` says what it is.",
    ),
    "id_taken": Kind(
        409, "The id is taken",
        "Ids are chosen once and never used again, not even when what they named is gone.",
        "Choose another.",
    ),
    "device_taken": Kind(
        409, "The device belongs to a sensor",
        "A device is in one sensor's place at a time, and a sensor has one device.",
        "Retire the other sensor first, or check the serial number.",
    ),
    "changed_meanwhile": Kind(
        412, "It was changed meanwhile",
        "`If-Match` names a version that is not the present one: somebody else changed it.",
        "Read it again, look at what changed, and send the change with the new `ETag`.",
    ),
    # -- pushes -----------------------------------------------------------------------------------
    "push_secret_missing": Kind(
        401, "A push needs a secret",
        "The push carried no secret where one is looked for. Nothing of it was kept.",
        "Let the sensor send it as `X-Push-Key`, as Bearer, as the password of Basic, or as the first"
        " part of the path.",
    ),
    "push_secret_wrong": Kind(
        401, "The push secret is not known",
        "A push carries a sensor's own secret or the enrolment secret; this is neither. Nothing of it"
        " was kept.",
        "Make one: `countline keys enrolment`, or `countline sensors register`.",
    ),
    "unknown_sensor": Kind(
        404, "The sensor is not known",
        "Nobody registered this device.",
        "Register it: `countline sensors register ID --location L --serial S`.",
    ),
    "bad_push": Kind(
        400, "The push cannot be understood",
        "The body is not what this driver reads.",
        "`detail` says where. `countline replay --list` shows what was kept.",
    ),
    "push_unreadable": Kind(
        400, "The body is not what its headers say",
        "It was to be decompressed, or has a length, and that did not work out. Nothing was kept.",
        "Check `Content-Encoding` and what lies between the sensor and here.",
    ),
    "push_too_slow": Kind(
        408, "The push took too long",
        "A body must be complete five minutes after it began. Nothing of this one was kept.",
        "Send it again. If it comes often, send smaller packages, or look at the sensor's network.",
    ),
    "push_too_large": Kind(
        413, "The push is too large",
        "A push has at most 10 MB, also after decompression. Nothing was kept.",
        "Let the sensor send smaller packages: a shorter stretch, or fewer logics in each.",
    ),
    "driver_unknown": Kind(
        404, "No driver of this name takes pushes",
        "The path names how the body is to be read, and nothing here reads it so.",
        "`detail` lists the names there are: `POST /push/{driver}`.",
    ),
    "push_not_found": Kind(
        404, "There is no such kept push",
        "It was replayed or dismissed, or its time has passed.",
        "`countline replay --list` shows what is kept.",
    ),
    # -- files ------------------------------------------------------------------------------------
    "file_empty": Kind(
        400, "The file holds no counts",
        "It can be read, but there is no row with a number in it. Nothing was changed.",
        "Check that it is the right file, and its `--format`.",
    ),
    "channel_not_found": Kind(
        404, "The sensor has no such channel",
        "A file can go on with a channel that the sensor pushes; this one is not there.",
        "`detail` lists those that are.",
    ),
    "channel_covers": Kind(
        409, "The sensor has pushed this time itself",
        "The file is about time for which the sensor's own pushes are here; both would count twice.",
        "`--channel KEY` joins the file to the channel: then each minute counts once.",
    ),
    "line_needed": Kind(
        422, "Which line does the file count?",
        "The sensor has a line already, and a second one made up for the file would count twice.",
        "Name it: `--line ID`. `GET /v3/lines` lists them.",
    ),
    "sensor_elsewhere": Kind(
        409, "The sensor is in another location",
        "A sensor belongs to one location for good.",
        "Leave out the location, or use another sensor id.",
    ),
    "too_much": Kind(
        413, "More than the limit",
        "A bound that protects everybody else was passed.",
        "`detail` says which; send less at once.",
    ),
    # -- sensors that are asked -------------------------------------------------------------------
    **DEVICE_CODES,
    # -- webhooks ---------------------------------------------------------------------------------
    **WEBHOOK_CODES,
    # -- ourselves --------------------------------------------------------------------------------
    "not_allowed": Kind(
        403, "Not allowed", "The key is missing, wrong, or not enough for this.", _KEYS
    ),
    "not_ready": Kind(
        503, "Not ready",
        "The server is starting, stopping, or has as much to do as it can hold.",
        "Ask again after `Retry-After` seconds.",
        IANA + "temporary-reduced-capacity",
    ),
    "store_error": Kind(
        503, "The store did not answer",
        "The data could not be read from or written to disk.",
        "Ask again after `Retry-After` seconds. `GET /v3/health` and the server's log say more.",
    ),
    "error": Kind(
        500, "Something went wrong here",
        "This is a fault of the server, not of the request. Its log has the details.",
        "Ask again later; when it stays, report it with the request and the time.",
    ),
})  # fmt: skip
