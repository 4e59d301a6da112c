/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Requests that every command must take, the shortest and the longest, and
 * the bits of them that are reserved: each, set alone, is refused with CCh.
 * A command that is not listed here fails the test.
 */
#include "osdep.h"

#include "command-fixture.h"

#include "bmc/lan.h"
#include "bmc/sensors.h"
#include "ipmi/ipmi-session.h"

#define ANSWER_MS 500

#define CHASSIS IPMI_NETFN_CHASSIS
#define SENSOR IPMI_NETFN_SENSOR
#define APP IPMI_NETFN_APP
#define STORAGE IPMI_NETFN_STORAGE
#define TRANSPORT IPMI_NETFN_TRANSPORT
#define GROUP IPMI_NETFN_GROUP

#define ZERO16 "00000000 00000000 00000000 00000000"
#define TEXT16 "41414141 41414141 41414141 41414141"
#define ZERO64 ZERO16 ZERO16 ZERO16 ZERO16
#define ZERO224 ZERO64 ZERO64 ZERO64 ZERO16 ZERO16

/*
 * A request; it need not succeed, but neither its length nor any field must
 * be found wrong. @reserved is as long, or shorter where nothing follows.
 * It comes from the system interface, if it can and not @lan says otherwise.
 */
typedef struct Request {
    uint8_t netfn;
    uint8_t cmd;
    const char *data;
    const char *reserved;
    bool lan;
} Request;

static const Request requests[] = {
    { CHASSIS, 0x02, "00", "f0" },
    { CHASSIS, 0x04, "", "" },
    { CHASSIS, 0x04, "0000", "00fe" },
    { CHASSIS, 0x05, "00 00000000", "f0 01010101" },
    { CHASSIS, 0x05, "00 0000000000", "f0 0101010101" },
    { CHASSIS, 0x06, "03", "f8" },
    { CHASSIS, 0x08, "05", "" },
    { CHASSIS, 0x08, "00 00", "00 fc" },
    { CHASSIS, 0x08, "03 00", "00 e0" },
    { CHASSIS, 0x08, "05 8000000000", "00 1f000000e0" },
    { CHASSIS, 0x08, "07 00" ZERO16, "" },
    { CHASSIS, 0x09, "05 00 00", "80" },
    { CHASSIS, 0x0a, "00", "f0" },
    { CHASSIS, 0x0b, "05", "" },

    { SENSOR, 0x00, "20 00", "01 fc" },
    { SENSOR, 0x02, "04 01 80 01 52 ff ff", "", true },
    { SENSOR, 0x02, "41 04 01 80 01 52 ff ff", "" },
    { SENSOR, 0x10, "", "" },
    { SENSOR, 0x11, "00", "" },
    { SENSOR, 0x12, "00 00", "80 fc" },
    { SENSOR, 0x12, "01 00", "00 c0" },
    { SENSOR, 0x12, "02 00", "00 c0" },
    { SENSOR, 0x12, "06 01 00" "00000000000000000000000000000000000000",
      "00 00 1f" },
    { SENSOR, 0x12, "09 01 18 11 00", "" },
    { SENSOR, 0x12, "0a 00" ZERO16, "00 fe" },
    { SENSOR, 0x13, "01 00 00", "" },
    { SENSOR, 0x14, "00 ffff", "fe" },
    { SENSOR, 0x16, "01 40 00", "f0 30 00" },
    { SENSOR, 0x16, "01 40 00 41 04 01 80 01 52 ff ff", "f0 30 00" },
    { SENSOR, 0x17, "0000 00000000 0000 00 000000", "" },
    { SENSOR, 0x23, "80 00", "" },
    { SENSOR, 0x24, "80 ff 01 01", "00 ff" },
    { SENSOR, 0x25, "80 ff", "00 ff" },
    { SENSOR, 0x26, "80 10 00 00 00 00 64 00", "00 c0" },
    { SENSOR, 0x27, "80", "" },
    { SENSOR, 0x28, "80 c0", "00 0f" },
    { SENSOR, 0x28, "80 d0 00 02 00 00", "00 0f 00 f0 00 f0" },
    { SENSOR, 0x29, "80", "" },
    { SENSOR, 0x2a, "80 00", "00 7f" },
    { SENSOR, 0x2a, "80 80 00 02 00 00", "00 7f 00 f0 00 f0" },
    { SENSOR, 0x2b, "80", "" },
    { SENSOR, 0x2d, "80", "" },
    { SENSOR, 0x2e, "80 01 01", "00 00 80" },
    { SENSOR, 0x2f, "80", "" },
    { SENSOR, 0x30, "80 10", "" },
    { SENSOR, 0x30, "80 01 20 00 00 00 00 00 00 00", "" },

    { APP, 0x06, "80 80", "" },
    { APP, 0x24, "04 00 00 00 0a 00", "38 88 00 c1" },
    { APP, 0x2e, "00", "f0" },
    { APP, 0x30, "00", "14" },
    { APP, 0x34, "0f 81 04 7b 20 04 01 db", "70" },
    { APP, 0x34, "0f 81 04 7b 20 04 01" ZERO224 "00000000000000 db", "70" },
    { APP, 0x38, "01 04", "70 f0" },
    { APP, 0x39, "02" ZERO16, "f0" },
    { APP, 0x3a, "02 04" ZERO16 "01000000", "" },
    { APP, 0x3b, "02", "f0" },
    { APP, 0x3c, "01000000", "" },
    { APP, 0x3c, "00000000 01", "" },
    { APP, 0x3d, "00", "" },
    { APP, 0x3d, "ff 01000000", "" },
    { APP, 0x40, "01 82 84", "f0 00 30" },
    { APP, 0x41, "01 80", "f0 3f" },
    { APP, 0x42, "01", "f0" },
    { APP, 0x43, "01 02 04", "00 c0 f0" },
    { APP, 0x43, "91 02 04 00", "00 c0 f0 f0" },
    { APP, 0x44, "01 02", "f0 c0" },
    { APP, 0x45, "03 61626300 00000000 00000000 00000000", "c0" },
    { APP, 0x46, "03", "c0" },
    { APP, 0x47, "03 00", "40 fc" },
    { APP, 0x47, "83 02 61" ZERO16 "000000", "40 fc" },
    { APP, 0x48, "01 01 c0 000000", "c0 f0 11 ffffff" },
    { APP, 0x49, "01 01 00000000", "c0 f0 ffffffff" },
    { APP, 0x4a, "01", "c0" },
    { APP, 0x4b, "01 01", "c0 f0" },
    { APP, 0x4c, "01 02 02 000000", "f0 80 fd ffffff" },
    { APP, 0x4d, "01 02", "f0 c0" },
    { APP, 0x4e, "01", "f0" },
    { APP, 0x4f, "01 00", "f0 c0" },
    { APP, 0x54, "01 00 80", "f0 c0 40" },
    { APP, 0x55, "01 01 00", "c0 f0 e0" },
    { APP, 0x56, "01 00 01", "f0 fc fc" },
    { APP, 0x56, "01 01 01" ZERO16 ZERO16 "0000000000000000", "f0 fc fc" },
    { APP, 0x57, "01", "f0" },
    { APP, 0x58, "00 00", "00 fc" },
    { APP, 0x58, "02 00 00 01" "4100000000000000000000000000", "00 00 f0" },
    { APP, 0x59, "00 00 00 00", "7f" },

    { STORAGE, 0x10, "00", "" },
    { STORAGE, 0x11, "00 0000 01", "" },
    { STORAGE, 0x12, "00 0000 00", "" },
    { STORAGE, 0x12, "00 0000" ZERO224 "00000000000000000000000000", "" },
    { STORAGE, 0x23, "0000 0000 00 ff", "" },
    { STORAGE, 0x29, "00000000", "" },
    { STORAGE, 0x2c, "00", "fe" },
    { STORAGE, 0x43, "0000 0000 00 ff", "" },
    { STORAGE, 0x44, "0000 02 00000000 4100 04 01 80 01 52 ff ff", "" },
    { STORAGE, 0x45, "0000 0000 00 00 00", "00000000 00 f0" },
    { STORAGE, 0x45, "0000 0000 00 01" ZERO16, "00000000 00 f0" },
    { STORAGE, 0x46, "0000 0000", "" },
    { STORAGE, 0x47, "0000 434c52 00", "" },
    { STORAGE, 0x49, "00000000", "" },
    { STORAGE, 0x5d, "0000", "" },

    { TRANSPORT, 0x01, "01 00 00", "f0 00 fc" },
    { TRANSPORT, 0x01, "01 04 01", "f0 00 f0" },
    { TRANSPORT, 0x01, "01 0a 02", "f0" },
    { TRANSPORT, 0x01, "01 12 01 00 00 00", "00 00 f0 78 00 f8" },
    { TRANSPORT, 0x01, "01 13 01 00 00 7f000001 000000000000",
      "00 00 f0 0f fe" },
    { TRANSPORT, 0x01, "01 14 01 80", "00 00 00 70" },
    { TRANSPORT, 0x01, "01 15 00", "00 00 f8" },
    { TRANSPORT, 0x01, "01 18 00 00400000 00000000", "00 00 ff" },
    { TRANSPORT, 0x01, "01 19 01 00 0000", "00 00 f0 ef" },
    { TRANSPORT, 0x01, "01 1a 00 00 0000 0000", "00 00 fe" },
    { TRANSPORT, 0x01, "01 38 00 00" ZERO16 "40 00", "00 00 00 70" },
    { TRANSPORT, 0x02, "01 03 00 00", "70" },
    { TRANSPORT, 0x21, "01 00 00", "f0 00 fc" },
    { TRANSPORT, 0x21, "01 01 00", "f0 00 fe" },
    { TRANSPORT, 0x21, "01 02 84", "f0 00 30" },
    { TRANSPORT, 0x21, "01 04 07 00", "f0 00 f8 00" },
    { TRANSPORT, 0x21, "01 05 06", "f0 00 f0" },
    { TRANSPORT, 0x21, "01 06 06", "f0 00 f0" },
    { TRANSPORT, 0x22, "01 01 00 00", "70" },

    { GROUP, 0x01, "dc 01", "" },
    { GROUP, 0x06, "dc 00 00", "" },
    { GROUP, 0x08, "dc 00 00", "" },
    { GROUP, 0x08, "dc 00 10" TEXT16, "" },
    { GROUP, 0x09, "dc 00 00", "" },
    { GROUP, 0x0a, "dc 00 00", "" },
    { GROUP, 0x0a, "dc 00 10" TEXT16, "" },
};

typedef struct Answer {
    unsigned count;
    uint8_t cc;
} Answer;

static void take(void *opaque, uint8_t cc, const uint8_t *data, size_t len)
{
    Answer *answer = opaque;

    answer->count++;
    answer->cc = cc;
}

static uint8_t run(CommandFixture *f, const Request *request,
                   const uint8_t *data, size_t len)
{
    IpmiMessage msg = {
        .netfn = request->netfn,
        .cmd = request->cmd,
        .data = data,
        .len = len,
    };
    Answer answer = { 0 };

    ipmi_core_execute(f->core, &f->ctx, &msg, take, &answer);
    if (!answer.count) {
        fixture_settle(&f->base);
    }
    if (!answer.count) {
        fixture_advance(&f->base, ANSWER_MS);
    }
    g_assert_cmpuint(answer.count, ==, 1);
    return answer.cc;
}

static const IpmiCommand *row_of(const Request *request)
{
    return ipmi_core_find(request->netfn, request->cmd,
                          request->netfn == GROUP ? IPMI_GROUP_DCMI : 0);
}

/* A hub that has what the requests are about. */
static void setup(CommandFixture *f, const void *opaque)
{
    static BmcSensorConfig sensor = {
        .name = "Manual", .type = 1, .unit = SDR_UNIT_DEGREES_C, .max = 255,
        .threshold = { [BMC_THRESHOLD_UPPER_CRITICAL] = 100 },
        .threshold_mask = 1 << BMC_THRESHOLD_UPPER_CRITICAL,
        .hysteresis = 5, .scale = 1, .interval_s = 10,
    };
    g_autoptr(GPtrArray) sensors = g_ptr_array_new();
    g_autoptr(GSocketAddress) addr =
        g_inet_socket_address_new_from_string("127.0.0.1", 6230);
    const Request *request = opaque;

    fixture_init_accounts(&f->base, MACHINE_STATE_RUNNING);
    g_ptr_array_add(sensors, &sensor);
    f->base.config.sensors = sensors;
    command_fixture_start(f);
    f->base.config.sensors = NULL;
    f->ctx.channel = IPMI_CHANNEL_LAN;
    f->ctx.privilege = BMC_PRIVILEGE_ADMIN;
    f->ctx.origin.channel = BMC_CHANNEL_LAN;
    f->ctx.origin.user = "admin";
    f->ctx.origin.peer = "192.0.2.1";
    bmc_lan_set_bound(f->base.bmc, addr);
    f->core->sessions->config.auth15 = 1 << IPMI_AUTH_MD5;
    if (!request->lan && (row_of(request)->channels & IPMI_ON_SYSTEM)) {
        f->ctx.channel = IPMI_CHANNEL_SYSTEM;
        f->ctx.origin.channel = BMC_CHANNEL_IN_BAND;
    }
}

static void test_request(CommandFixture *f, const void *opaque)
{
    const Request *request = opaque;
    g_autoptr(GBytes) bytes = test_hex(request->data);
    g_autoptr(GBytes) mask = test_hex(request->reserved);
    const uint8_t *reserved = g_bytes_get_data(mask, NULL);
    uint8_t data[UINT8_MAX];
    size_t len = g_bytes_get_size(bytes);
    uint8_t cc;
    size_t i;

    if (len) {
        memcpy(data, g_bytes_get_data(bytes, NULL), len);
    }
    cc = run(f, request, data, len);
    if (cc == IPMI_CC_LENGTH || cc == IPMI_CC_INVALID_FIELD ||
        cc == IPMI_CC_PRIVILEGE || cc == IPMI_CC_INVALID_CMD) {
        g_test_message("%s: %02x", request->data, cc);
        g_test_fail();
    }
    for (i = 0; i < 8 * g_bytes_get_size(mask); i++) {
        if (!(reserved[i / 8] >> i % 8 & 1)) {
            continue;
        }
        data[i / 8] ^= 1 << i % 8;
        cc = run(f, request, data, len);
        if (cc != IPMI_CC_INVALID_FIELD) {
            g_test_message("bit %zu of byte %zu: %02x", i % 8, i / 8, cc);
            g_test_fail();
        }
        data[i / 8] ^= 1 << i % 8;
    }
}

/* No command is left out, neither its shortest nor its longest request. */
static void test_complete(void)
{
    const IpmiCommand *row;
    size_t n;

    for (n = 0; (row = ipmi_core_nth(n)); n++) {
        bool least = row->max == 0;
        bool most = row->max == 0;
        size_t i;

        for (i = 0; i < G_N_ELEMENTS(requests); i++) {
            g_autoptr(GBytes) bytes = test_hex(requests[i].data);

            if (row_of(&requests[i]) == row) {
                least = least || g_bytes_get_size(bytes) == row->min;
                most = most || g_bytes_get_size(bytes) == row->max;
            }
        }
        if (!least || !most) {
            g_test_message("%s: no %s request", row->name,
                           least ? "longest" : "shortest");
            g_test_fail();
        }
    }
}

int main(int argc, char **argv)
{
    size_t i;

    test_init(&argc, &argv);
    g_test_add_func("/ipmi/requests/complete", test_complete);
    for (i = 0; i < G_N_ELEMENTS(requests); i++) {
        g_autofree char *path = g_strdup_printf(
            "/ipmi/requests/%02x-%02x/%zu", requests[i].netfn,
            requests[i].cmd, i);

        g_test_add(path, CommandFixture, &requests[i], setup, test_request,
                   command_fixture_teardown);
    }
    return g_test_run();
}
