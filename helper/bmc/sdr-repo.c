/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The SDR repository. Clients keep a copy and ask by its time stamp whether
 * that is still good, so the stamp is kept, and changes only with a record.
 */
#include "osdep.h"

#include "bmc/sdr-repo.h"

#include <json-glib/json-glib.h>

#include "bmc/fru.h"
#include "bmc/persist-read.h"
#include "bmc/sel.h"
#include "bmc/sensor-priv.h"

/* Changes within a second, that each have a time stamp of their own. */
#define STAMPS_AHEAD_MAX 60
#define SECTION "sdr"
/* OEM byte of what the administrator has defined: 'U' for user. */
#define OEM_USER 0x55
/* Thresholds that may show in a reading are in bits 12 to 14. */
#define READING_SHIFT 12
#define UPPER_SHIFT 3

struct BmcSdrRepo {
    GArray *records;
    char *digest;
    int64_t added;
    uint16_t reservation;
    bool reserved;
};

/* In the order of the record, by BmcThreshold. */
static const BmcThreshold record_order[] = {
    BMC_THRESHOLD_UPPER_NON_RECOVERABLE, BMC_THRESHOLD_UPPER_CRITICAL,
    BMC_THRESHOLD_UPPER_NON_CRITICAL, BMC_THRESHOLD_LOWER_NON_RECOVERABLE,
    BMC_THRESHOLD_LOWER_CRITICAL, BMC_THRESHOLD_LOWER_NON_CRITICAL,
};

static ByteWriter begin(BmcSdr *record, uint16_t id)
{
    memset(record, 0, sizeof(*record));
    record->id = id;
    return byte_writer(record->data, sizeof(record->data));
}

static void end(BmcSdrRepo *repo, BmcSdr *record, const ByteWriter *w)
{
    g_return_if_fail(!w->failed);
    record->len = w->len;
    g_array_append_val(repo->records, *record);
}

/* Values of thresholds are those at first: their change changes no record. */
static void fill_analog(SdrSensor *sdr, const BmcSensor *sensor,
                        const BmcSensorSettings *settings)
{
    unsigned i;

    sdr->caps |= SDR_CAP_HYSTERESIS | SDR_CAP_THRESHOLDS;
    sdr->assert_mask = sensor->events |
                       (sensor->thresholds & ~BMC_THRESHOLDS_UPPER) <<
                       READING_SHIFT;
    sdr->deassert_mask = sensor->deasserts |
                         sensor->thresholds >> UPPER_SHIFT << READING_SHIFT;
    /* Those that can be set can be read; Get Sensor Thresholds says whether */
    sdr->reading_mask = sensor->thresholds << 8 | sensor->thresholds;
    sdr->factors = sensor->factors;
    sdr->min = sdr_raw(&sensor->factors, sensor->min);
    sdr->max = sdr_raw(&sensor->factors, sensor->max);
    for (i = 0; i < G_N_ELEMENTS(record_order); i++) {
        if (settings->threshold_mask & 1u << record_order[i]) {
            sdr->threshold[i] = settings->threshold[record_order[i]];
        }
    }
    memcpy(sdr->hysteresis, settings->hysteresis,
           sizeof(sdr->hysteresis));
}

static void add_sensor(const Bmc *bmc, BmcSdrRepo *repo,
                       const BmcSensor *sensor)
{
    SdrSensor sdr = {
        .number = sensor->number,
        .entity = sensor->entity,
        .instance = sensor->instance,
        .init = SDR_INIT_EVENTS | SDR_INIT_SCANNING |
                (sensor->manual ? SDR_INIT_SETTABLE : 0),
        .caps = SDR_CAP_AUTO_REARM,
        .type = sensor->type,
        .event_type = sensor->event_type,
        .assert_mask = sensor->events,
        .deassert_mask = sensor->deasserts,
        .reading_mask = sensor->states,
        .units = sensor->units,
        .base_unit = sensor->unit,
        .oem = sensor->user ? OEM_USER : 0,
        .name = sensor->name,
    };
    BmcSdr record;
    ByteWriter w = begin(&record, sensor->number);

    if (sensor->event_only) {
        sdr_build_event_only(&w, record.id, &sdr);
    } else if (bmc_sensor_is_analog(sensor)) {
        fill_analog(&sdr, sensor,
                    &sensor_get(bmc, sensor->number)->defaults);
        sdr_build_full(&w, record.id, &sdr);
    } else {
        sdr_build_compact(&w, record.id, &sdr);
    }
    end(repo, &record, &w);
}

static void add_devices(const Bmc *bmc, BmcSdrRepo *repo)
{
    BmcSdr record;
    ByteWriter w = begin(&record, BMC_SDR_ID_MC);
    unsigned i;

    sdr_build_mc_locator(&w, record.id, BMC_DEVICE_SUPPORT, "qemu-bmc");
    end(repo, &record, &w);
    /* Device 0 comes with the BMC's own record. */
    for (i = BMC_FRU_MACHINE + 1; i < bmc_fru_count(bmc); i++) {
        w = begin(&record, BMC_SDR_ID_FRU + i);
        sdr_build_fru_locator(&w, record.id, i, SDR_ENTITY_OEM, i,
                              bmc_fru_name(bmc, i));
        end(repo, &record, &w);
    }
}

static void save(Bmc *bmc)
{
    JsonObject *section = json_object_new();

    json_object_set_string_member(section, "digest", bmc->sdr->digest);
    json_object_set_int_member(section, "added", bmc->sdr->added);
    persist_set(bmc->persist, SECTION, section);
}

/*
 * A copy made within the second of the last change must not look current.
 * When the clock was set back, the stamp follows it.
 */
static int64_t next_stamp(int64_t last, int64_t now)
{
    bool ahead = last >= now && last - now < STAMPS_AHEAD_MAX;

    return ahead ? last + 1 : now;
}

void bmc_sdr_update(Bmc *bmc)
{
    BmcSdrRepo *repo = bmc->sdr;
    g_autofree char *digest = NULL;
    const BmcSensor *sensor;
    unsigned i;

    if (!repo) {
        return;
    }
    g_array_set_size(repo->records, 0);
    for (i = 0; (sensor = bmc_sensor_nth(bmc, i)); i++) {
        add_sensor(bmc, repo, sensor);
    }
    add_devices(bmc, repo);
    digest = g_compute_checksum_for_data(
        G_CHECKSUM_SHA256, (const uint8_t *)repo->records->data,
        repo->records->len * sizeof(BmcSdr));
    if (g_strcmp0(digest, repo->digest)) {
        g_free(repo->digest);
        repo->digest = g_steal_pointer(&digest);
        repo->added = next_stamp(repo->added, bmc_sel_time(bmc));
        repo->reserved = false;
        save(bmc);
    }
}

void bmc_sdr_new(Bmc *bmc)
{
    BmcSdrRepo *repo = g_new0(BmcSdrRepo, 1);
    PersistReader r;
    const char *digest;

    bmc->sdr = repo;
    repo->reservation = g_random_int_range(0, G_MAXUINT16);
    repo->records = g_array_new(false, false, sizeof(BmcSdr));
    persist_read(&r, bmc->persist, SECTION);
    if (persist_read_string(&r, "digest", &digest) &&
        persist_read_int(&r, "added", 0, UINT32_MAX, &repo->added)) {
        repo->digest = g_strdup(digest);
    }
    bmc_sdr_update(bmc);
}

void bmc_sdr_free(Bmc *bmc)
{
    if (!bmc->sdr) {
        return;
    }
    g_array_unref(bmc->sdr->records);
    g_free(bmc->sdr->digest);
    g_clear_pointer(&bmc->sdr, g_free);
}

unsigned bmc_sdr_count(const Bmc *bmc)
{
    return bmc->sdr->records->len;
}

const BmcSdr *bmc_sdr_nth(const Bmc *bmc, unsigned n)
{
    GArray *records = bmc->sdr->records;

    return n < records->len ? &g_array_index(records, BmcSdr, n) : NULL;
}

uint32_t bmc_sdr_added(const Bmc *bmc)
{
    return bmc->sdr->added;
}

uint16_t bmc_sdr_reserve(Bmc *bmc)
{
    BmcSdrRepo *repo = bmc->sdr;

    repo->reservation = repo->reservation == G_MAXUINT16 ? 1 :
                        repo->reservation + 1;
    repo->reserved = true;
    return repo->reservation;
}

void bmc_sdr_unreserve(Bmc *bmc)
{
    bmc->sdr->reserved = false;
}

bool bmc_sdr_reserved(const Bmc *bmc, uint16_t id)
{
    return bmc->sdr->reserved && id == bmc->sdr->reservation;
}
