"""Every bound in the system on one page, each with its arithmetic.

Units are the last word of a name. Settings may lower or raise some of them; the defaults are here.
"""

# -- pushes ---------------------------------------------------------------------------------------
PUSH_BYTES_MAX = 10_000_000  # a day of minutes of 30 logics is about 6 MB; also after gunzip
PUSH_BYTES_IN_FLIGHT_MAX = 64_000_000  # six of the largest bodies, or fifty thousand usual ones
PUSH_READ_S_MAX = 300  # the largest body at 270 kbit/s
PUSH_RECORDS_MAX = 200_000  # 10 MB at 50 bytes a record: no body can hold more
INTAKE_QUEUE_MAX = 20_000  # ten seconds of 2,000 pushes/s
GROUP_PUSHES_MAX = 2_000  # one commit; keeps the writer's lock under 200 ms
GROUP_MINUTES_MAX = 50_000  # a backlog of 30 days of one sensor is 43,200
SEQUENCE_MAX = 2**53  # package ids and receive times in ms both fit
VALUE_MAX = 2**31 - 1  # one value of one bin
LATENESS_S_MAX = 60 * 86_400  # the late window: 60 days
SKEW_S_MAX = 300  # a device clock may run five minutes ahead
LIVE_TOTALS_OF_MINUTE_MAX = 750  # an event in every frame of a minute; of more the latest stand
LIVE_KEEP_S = 3 * 86_400  # totals of live events: what is later makes no provisional count
LIVE_ALONE_S = 86_400  # without a better claim for so long, live events are all there is
LIVE_BRIDGE_S_MAX = 86_400  # events that were lost show in the next total, up to a day later
SERIES_OF_SENSOR_MAX = 1_000  # a sensor has about 80 counters, a stitched group some hundreds
DISCOVERED_DEVICES_MAX = 1_000  # devices waiting for adoption
WAITING_BYTES_MAX = 256_000_000  # all waiting pushes; the oldest go first
WAITING_DEVICE_BYTES_MAX = 4_000_000  # waiting pushes of one device: about a day of minutes
FAILED_BYTES_MAX = 256_000_000  # kept bodies that could not be understood
FAILED_KEEP_S = 30 * 86_400  # until replayed, dismissed, or 30 days
BODY_KEEP_S = 7 * 86_400  # understood bodies, compressed; 0 keeps none
EVENT_KEEP_S = 30 * 86_400  # the event log

# -- answers --------------------------------------------------------------------------------------
ANSWER_ROWS_MAX = 50_000  # 34 days of minutes, 5.7 years of hours
CSV_ROWS_MAX = 5_000_000  # streamed, but still bounded: ten years of minutes
LIST_PAGE_MAX = 1_000
LIST_PAGE_DEFAULT = 100
GROUPS_MAX = 200  # lists in one grouped answer
QUERY_BYTES_MAX = 8_192  # a query string
JSON_BODY_BYTES_MAX = 1_000_000  # a caller's request body

# -- keys -----------------------------------------------------------------------------------------
KEY_RATE_QUOTA = 600  # requests per window
KEY_RATE_WINDOW_S = 60
WRONG_KEYS_MAX = 10  # per address and minute, then 429
SESSION_S_MAX = 12 * 3_600

# -- layouts --------------------------------------------------------------------------------------
LAYOUTS_OF_LOCATION_MAX = 100  # the floors of a tower; their images are 500 MB at most
LAYOUT_IMAGE_BYTES_MAX = 5_000_000  # a drawing of 10,000 x 7,000 pixels as PNG is 1 to 3 MB
LAYOUT_IMAGE_SIDE_PX_MAX = 20_000  # A0 at 300 dpi is 14,043 pixels long
LAYOUT_FEATURES_MAX = 1_000  # zones, lines and sensors on one floor
SHAPE_POINTS_MAX = 200  # corners of one zone; 20,000 pairs of edges are compared in 25 ms
LAYOUT_POINTS_MAX = 10_000  # of all shapes together: a million pairs, a second, in a thread
LAYOUT_REACH_M_MAX = 20_000  # from the origin; an airport is 10 km long

# -- occupancy ------------------------------------------------------------------------------------
STALE_AFTER_S_MIN = 900  # a line is silent after 15 minutes, or 2.5 usual intervals
PEOPLE_OF_ZONE_MAX = 1_000_000  # what an operator may say is there; no hall holds as many
FINAL_AFTER_S = 86_400  # a fully covered row is final a day after its end

# -- telling --------------------------------------------------------------------------------------
WEBHOOK_TIMEOUT_S = 20
WEBHOOK_BODY_BYTES_MAX = 20_000  # Standard Webhooks asks for less
WEBHOOK_RETRY_DELAYS_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
FEED_BATCH_MAX = 500  # events read at once
FEED_BACKOFF_S_MAX = 60  # a reader that fails is tried again at least once a minute
CURSOR_SAVE_S = 1  # a crash tells at most this much again; a flush per second and reader
STREAMS_MAX = 2_000  # open at once; about 50 kB each
STREAMS_OF_KEY_MAX = 500  # the displays of an airport
STREAM_QUEUE_BYTES_MAX = 256_000  # of one listener; who is further behind reads the log again
STREAM_SEND_S_MAX = 30  # a listener that takes nothing for so long is let go
STREAM_HEARTBEAT_S = 15  # proxies cut what is silent for half a minute
STREAM_KEY_CHECK_S = 3  # a key that has ended is heard of so late
SOCKET_MESSAGE_BYTES_MAX = 4_096  # sent by a listener, who has a key to say and nothing else
SOCKET_KEY_S_MAX = 10  # a WebSocket that opened without a key says one within so long
SOCKETS_WITHOUT_KEY_MAX = 100  # that may be about to
STREAMS_CATCHING_UP_MAX = 4  # read at once; the others wait, and questions get their turn
MODBUS_CALLERS_MAX = 64  # connections at once; a building has a few controllers
WEBHOOKS_MAX = 200  # each is a task and a connection, and reads the log for itself
WEBHOOK_GIVEN_UP_MAX = 2  # messages in a row, each for three days: then it is switched off
WEBHOOK_OVERLAP_S = 86_400  # after a rotation both secrets sign for so long
WEBHOOK_OVERLAP_S_MAX = 30 * 86_400
WEBHOOK_DELIVERIES_KEPT = 500  # attempts at one webhook, of about 2 kB
WEBHOOK_LETTERS_KEPT = 100  # dead letters of one webhook, of 20 kB, or 200 kB where it batches
WEBHOOK_EXCERPT_CHARS = 500  # of a body or an answer, in the log of deliveries
WEBHOOK_RATE_S_MAX = 3_600
WEBHOOK_BATCH_ITEMS_MAX = 500
WEBHOOK_BATCH_WAIT_S_MAX = 300
WEBHOOK_BATCH_BYTES_MAX = 200_000  # who asks for batches takes more than 20 kB
WEBHOOK_NOTE_S = 5  # how often it is noted how far a webhook is to which nothing is told

# -- asking sensors -------------------------------------------------------------------------------
DEVICE_ANSWER_BYTES_MAX = 64_000_000  # 50,000 bins of a history with 40 counters at 30 bytes
DEVICE_REFUSED_S = 3_600  # a refused password is not tried again by itself: accounts lock
