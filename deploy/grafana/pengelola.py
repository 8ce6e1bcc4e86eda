"""For who runs the system: whether the four services live, and whether events flow between them."""

from grafana_foundation_sdk.builders.dashboard import Dashboard

from deploy.grafana.panels import SECONDS, STOP, WARN, Kind, Query, choice, lines, numbers, page, row, rows

WHERE = 'service=~"$service"'
PER_MINUTE = Kind("short", 1)
BYTES = Kind("bytes")


def build() -> Dashboard:
    """The dashboard."""
    about = "Empat layanan dan kejadian di antaranya. Untuk setiap peringatan ada halaman di deploy/runbooks."
    made = page("alurwarta-pengelola", "Pengelola: jalannya sistem", about, since="now-6h")
    made.with_variable(choice("service", "Layanan", 'label_values(up{job="alurwarta"}, service)'))
    _alarms(made.with_row(row("Peringatan")))
    _flow(made.with_row(row("Aliran kejadian")))
    _work(made.with_row(row("Pekerjaan sendiri dan kanal")))
    _processes(made.with_row(row("Proses")))
    return made


def _alarms(made: Dashboard) -> None:
    active = Query('sum by (alertname, severity, service, stage, lane) (ALERTS{alertstate="firing"})', "Banyaknya")
    names = {"alertname": "Peringatan", "severity": "Bobot", "service": "Layanan", "stage": "Tahap", "lane": "Jalur"}
    made.with_panel(rows("Peringatan aktif", "Watchdog selalu aktif: pemantauan hidup.", active, names=names))
    letters = Query(f"sum(service:alurwarta_dead_letters:max{{{WHERE}}})")
    aside = Query(f"sum(service:alurwarta_outbox_set_aside:max{{{WHERE}}})")
    refused = Query(f"sum(max by (service, file) (alurwarta_office_file_refused{{{WHERE}}}))")
    calendar = Query(f"max(alurwarta_calendar_warnings{{{WHERE}}})")
    made.with_panel(numbers("Surat mati", "Kejadian yang tidak dapat diterapkan.", letters, kind=STOP, span=3))
    made.with_panel(numbers("Disisihkan", "Kejadian yang ditolak Kafka.", aside, kind=STOP, span=3))
    made.with_panel(numbers("Berkas ditolak", "Kalender atau SOP yang tidak terbaca.", refused, kind=STOP, span=3))
    made.with_panel(numbers("Kalender kurang", "Baris bertanggal yang belum ada.", calendar, kind=WARN, span=3))


def _flow(made: Dashboard) -> None:
    by = "{{service}}: {{consumer}}"
    applied = f"60 * sum by (service, consumer) (rate(alurwarta_events_consumed_total{{{WHERE}}}[$__rate_interval]))"
    made.with_panel(lines("Kejadian diterapkan per menit", "Per konsumen.", Query(applied, by), kind=PER_MINUTE))
    lag = f"sum by (service, consumer) (service_consumer:alurwarta_consumer_lag_records:sum{{{WHERE}}})"
    made.with_panel(lines("Ketertinggalan", "Rekaman sampai akhir topik.", Query(lag, by)))
    depth = f"max by (service) (service:alurwarta_outbox_depth:max{{{WHERE}}})"
    made.with_panel(lines("Kotak keluar: menunggu", "Kejadian yang belum terkirim.", Query(depth, "{{service}}")))
    age = f"max by (service) (service:alurwarta_outbox_age_seconds:max{{{WHERE}}})"
    made.with_panel(lines("Kotak keluar: yang tertua", "Lamanya menunggu.", Query(age, "{{service}}"), kind=SECONDS))
    sent = f"60 * sum by (service) (rate(alurwarta_outbox_relayed_total{{{WHERE}}}[$__rate_interval]))"
    made.with_panel(lines("Terkirim per menit", "Yang diterima Kafka.", Query(sent, "{{service}}"), kind=PER_MINUTE))
    letters = f"max by (service) (service:alurwarta_dead_letters:max{{{WHERE}}})"
    made.with_panel(lines("Surat mati", "Yang belum diselesaikan.", Query(letters, "{{service}}")))


def _work(made: Dashboard) -> None:
    buckets = f"sum by (service, consumer, le) (rate(alurwarta_handler_seconds_bucket{{{WHERE}}}[$__rate_interval]))"
    slow = Query(f"histogram_quantile(0.95, {buckets})", "{{service}}: {{consumer}}")
    made.with_panel(lines("Lama satu kelompok kejadian (p95)", "Waktu menerapkan.", slow, kind=Kind("s", 3)))
    calls = Query(
        "sum by (channel, outcome) (channel_outcome:alurwarta_channel_calls:increase2h)", "{{channel}} {{outcome}}"
    )
    made.with_panel(lines("Panggilan ke kanal (2 jam)", "live: tayang. Lainnya tidak sampai.", calls))
    # A counter that never counted has no series: then there were none.
    failed = f"sum by (service, worker) (increase(alurwarta_worker_failures_total{{{WHERE}}}[1h])) or on () vector(0)"
    made.with_panel(
        lines("Pekerja yang gagal (1 jam)", "Mulai lagi sendiri.", Query(failed, "{{service}}: {{worker}}"))
    )
    media = f"sum by (service, direction) (rate(alurwarta_media_bytes_total{{{WHERE}}}[$__rate_interval]))"
    made.with_panel(lines("Media", "Bita per detik.", Query(media, "{{service}}: {{direction}}"), kind=Kind("Bps")))


def _processes(made: Dashboard) -> None:
    alive = Query(f'sum by (service) (up{{job="alurwarta",{WHERE}}})', "{{service}}")
    made.with_panel(lines("Replika yang menjawab", "0: layanan mati.", alive))
    leader = Query(f"sum by (service) (alurwarta_outbox_relay_leader{{{WHERE}}})", "{{service}}")
    made.with_panel(lines("Pemimpin pengiriman", "Tepat satu per layanan.", leader))
    memory = Query(f'process_resident_memory_bytes{{job="alurwarta",{WHERE}}}', "{{service}} {{instance}}")
    made.with_panel(lines("Memori", "Per replika.", memory, kind=BYTES))
    scrape = Query(f'scrape_duration_seconds{{job="alurwarta",{WHERE}}}', "{{service}} {{instance}}")
    made.with_panel(lines("Lama membaca metrik", "Per replika.", scrape, kind=Kind("s", 3)))
