"""The example of a stream: its beginning, new numbers, and a heartbeat."""

STREAM = (
    "retry: 2713\n"
    "id: 411\n"
    "\n"
    "id: 412-1\n"
    "event: counts.recorded\n"
    'data: {"type":"counts.recorded","timestamp":"2023-10-01T08:01:00Z","data":{"location_id":'
    '"LOC_NYC_05","revision":205,"sequence":412,"part":1,"parts":1,"rows":[{"sensor_id":"SNSR_001",'
    '"channel":"single/1000","line_id":1,"zone_id":null,"timestamp":"2023-10-01T08:00:00Z",'
    '"duration_seconds":60,"values":{"forward":3,"backward":1},"coverage":1.0,"revision":205}]}}\n'
    "\n"
    ":\n"
    "id: 412\n"
    "\n"
)
