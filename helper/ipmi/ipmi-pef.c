/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PEF and alerting commands (IPMI 2.0 chapter 30). */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/pef.h"
#include "bmc/sel.h"
#include "codec/sel.h"
#include "util/error.h"

#define PEF_VERSION 0x51
#define PARAMETER_REVISION 0x11

#define CC_PARAM_NOT_SUPPORTED 0x80
#define CC_SET_IN_PROGRESS 0x81
#define CC_READ_ONLY 0x82
#define CC_ALERT_IN_PROGRESS 0x81

#define GET_REVISION_ONLY 0x80
#define SELECTOR_MASK 0x7f
#define SET_COMPLETE 0
#define SET_STARTED 1
#define POSTPONE_GET 0xff
#define BLOCK_LEN 16
#define BLOCKS (BMC_PEF_STRING_MAX / BLOCK_LEN)
#define USE_GUID 0x01

#define OPERATION_START 0
#define OPERATION_STATUS 1
#define OPERATION_CLEAR 2
#define SEND_STRING 0x80
/* Generator id and event. */
#define EVENT_LEN 8

/*
 * Parameter: a row of the configuration.
 *
 * @size: bytes after the selectors; for a string, the most
 * @offset: in BmcPefConfig
 * @stride: bytes from one to the next
 * @first: least set selector, if there is one
 * @last: greatest one, 0 if there is none
 * @fixed: (read-only) the value
 * @blocks: there is a block selector too
 */
typedef struct Parameter {
    uint8_t size;
    size_t offset;
    uint8_t first;
    uint8_t last;
    uint8_t stride;
    uint8_t fixed;
    bool blocks;
} Parameter;

#define PLAIN(field) { .size = 1, .offset = offsetof(BmcPefConfig, field) }
#define TABLE(len, field, n) \
    { .size = (len), .offset = offsetof(BmcPefConfig, field), .first = 1, \
      .last = (n), .stride = sizeof(((BmcPefConfig *)0)->field[0]) }

enum {
    SET_IN_PROGRESS = 0,
    SYSTEM_GUID = 10,
};

static const Parameter parameters[] = {
    [1] = PLAIN(control),
    [2] = PLAIN(actions),
    [3] = PLAIN(delay_s),
    [4] = PLAIN(alert_delay_s),
    [5] = { .fixed = BMC_PEF_FILTERS },
    [6] = TABLE(PEF_FILTER_LEN, filters, BMC_PEF_FILTERS),
    [7] = TABLE(1, filters, BMC_PEF_FILTERS),
    [8] = { .fixed = BMC_PEF_POLICIES },
    [9] = TABLE(PEF_POLICY_LEN, policies, BMC_PEF_POLICIES),
    [11] = { .fixed = BMC_PEF_STRINGS },
    [12] = { .size = 2, .offset = offsetof(BmcPefConfig, keys),
             .last = BMC_PEF_STRINGS, .stride = 2 },
    [13] = { .size = BLOCK_LEN, .offset = offsetof(BmcPefConfig, strings),
             .last = BMC_PEF_STRINGS, .stride = BMC_PEF_STRING_MAX,
             .blocks = true },
};

static int get_capabilities(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    byte_writer_u8(out, PEF_VERSION);
    byte_writer_u8(out, PEF_ACTIONS);
    byte_writer_u8(out, BMC_PEF_FILTERS);
    return IPMI_CC_OK;
}

static int arm_postpone(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t seconds = byte_reader_u8(in);

    if (seconds != POSTPONE_GET) {
        bmc_pef_postpone(req->bmc, seconds);
    }
    byte_writer_u8(out, bmc_pef_postponed(req->bmc));
    return IPMI_CC_OK;
}

static const Parameter *find_parameter(uint8_t number)
{
    const Parameter *p = number < G_N_ELEMENTS(parameters) ?
                         &parameters[number] : NULL;

    return p && (p->size || p->fixed) ? p : NULL;
}

static int set_progress(IpmiRequest *req, ByteReader *in)
{
    uint8_t state = byte_reader_u8(in);

    if (byte_reader_left(in)) {
        return IPMI_CC_LENGTH;
    }
    if (state > SET_STARTED) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (state == SET_COMPLETE) {
        bmc_pef_complete(req->bmc);
        return IPMI_CC_OK;
    }
    return bmc_pef_begin(req->bmc) ? IPMI_CC_OK : CC_SET_IN_PROGRESS;
}

static int set_guid(ByteReader *in, BmcPefConfig *config)
{
    uint8_t use = byte_reader_u8(in);
    const uint8_t *guid = byte_reader_take(in, BMC_PEF_GUID_LEN);

    if (!guid || byte_reader_left(in)) {
        return IPMI_CC_LENGTH;
    }
    if (use & ~USE_GUID) {
        return IPMI_CC_INVALID_FIELD;
    }
    config->use_guid = use;
    memcpy(config->guid, guid, BMC_PEF_GUID_LEN);
    return IPMI_CC_OK;
}

/* Where in the configuration a parameter is; returns a code. */
static int locate(const Parameter *p, uint8_t set, uint8_t block,
                  size_t *offset)
{
    if (set < p->first || set > p->last ||
        (p->blocks ? block < 1 || block > BLOCKS : block != 0)) {
        return IPMI_CC_PARAM_RANGE;
    }
    *offset = p->offset;
    if (p->last) {
        *offset += (size_t)(set - p->first) * p->stride;
    }
    if (p->blocks) {
        *offset += (size_t)(block - 1) * BLOCK_LEN;
    }
    return IPMI_CC_OK;
}

static int set_parameter(const Parameter *p, ByteReader *in,
                         BmcPefConfig *config)
{
    uint8_t set = p->last ? byte_reader_u8(in) : 0;
    uint8_t block = p->blocks ? byte_reader_u8(in) : 0;
    size_t left = byte_reader_left(in);
    size_t offset;
    int cc;

    if (!left || (p->blocks ? left > p->size : left != p->size)) {
        return IPMI_CC_LENGTH;
    }
    cc = locate(p, set, block, &offset);
    if (cc != IPMI_CC_OK) {
        return cc;
    }
    /* A block that is not full ends its string. */
    memset((uint8_t *)config + offset, 0, p->size);
    memcpy((uint8_t *)config + offset, byte_reader_take(in, left), left);
    return IPMI_CC_OK;
}

static int set_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t number = byte_reader_u8(in);
    const Parameter *p = find_parameter(number);
    BmcPefConfig config = *bmc_pef_get(req->bmc);
    int cc;

    if (number & ~SELECTOR_MASK) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (number == SET_IN_PROGRESS) {
        return set_progress(req, in);
    }
    if (number != SYSTEM_GUID && !p) {
        return CC_PARAM_NOT_SUPPORTED;
    }
    if (p && p->fixed) {
        return CC_READ_ONLY;
    }
    cc = p ? set_parameter(p, in, &config) : set_guid(in, &config);
    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (!bmc_pef_set(req->bmc, &config, &req->ctx->origin, NULL)) {
        return IPMI_CC_INVALID_FIELD;
    }
    return ipmi_request_finish_durable(req);
}

static int get_parameter(const BmcPefConfig *config, const Parameter *p,
                         uint8_t set, uint8_t block, ByteWriter *out)
{
    size_t offset;
    int cc = locate(p, set, block, &offset);

    if (cc != IPMI_CC_OK) {
        out->len = 0;
        return cc;
    }
    if (p->fixed) {
        byte_writer_u8(out, p->fixed);
        return IPMI_CC_OK;
    }
    if (p->last) {
        byte_writer_u8(out, set);
    }
    if (p->blocks) {
        byte_writer_u8(out, block);
    }
    byte_writer_bytes(out, (const uint8_t *)config + offset, p->size);
    return IPMI_CC_OK;
}

static int get_config(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t selector = byte_reader_u8(in);
    uint8_t set = byte_reader_u8(in);
    uint8_t block = byte_reader_u8(in);
    uint8_t number = selector & SELECTOR_MASK;
    const Parameter *p = find_parameter(number);
    const BmcPefConfig *config = bmc_pef_get(req->bmc);

    if (!p && number != SET_IN_PROGRESS && number != SYSTEM_GUID) {
        return CC_PARAM_NOT_SUPPORTED;
    }
    byte_writer_u8(out, PARAMETER_REVISION);
    if (selector & GET_REVISION_ONLY) {
        return IPMI_CC_OK;
    }
    if (p) {
        return get_parameter(config, p, set, block, out);
    }
    if (number == SET_IN_PROGRESS) {
        byte_writer_u8(out, bmc_pef_in_progress(req->bmc));
    } else {
        byte_writer_u8(out, config->use_guid ? USE_GUID : 0);
        byte_writer_bytes(out, config->guid, BMC_PEF_GUID_LEN);
    }
    return IPMI_CC_OK;
}

static int set_processed(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t who = byte_reader_u8(in);
    uint16_t record = byte_reader_le16(in);

    if (who & ~1) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (record != BMC_PEF_NO_RECORD &&
        (record == SEL_ID_FIRST || !bmc_sel_find(req->bmc, record, NULL))) {
        return IPMI_CC_NOT_PRESENT;
    }
    bmc_pef_set_processed(req->bmc, !who, record);
    return ipmi_request_finish_durable(req);
}

static int get_processed(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const BmcSelEntry *last = bmc_sel_find(req->bmc, SEL_ID_LAST, NULL);

    byte_writer_le32(out, bmc_sel_info(req->bmc).added);
    byte_writer_le16(out, last ? last->id : BMC_PEF_NO_RECORD);
    byte_writer_le16(out, bmc_pef_processed(req->bmc, true));
    byte_writer_le16(out, bmc_pef_processed(req->bmc, false));
    return IPMI_CC_OK;
}

/* The event to tell of: bytes 4 to 11. */
static bool read_event(ByteReader *in, PefEvent *event)
{
    SelEvent sel;

    event->generator = byte_reader_u8(in);
    if (!sel_read_event(in, &sel)) {
        return false;
    }
    event->sensor_type = sel.sensor_type;
    event->sensor = sel.sensor;
    event->trigger = sel.event_type | (sel.deassert ? 0x80 : 0);
    memcpy(event->data, sel.data, sizeof(event->data));
    return true;
}

static int start_alert(IpmiRequest *req, uint8_t destination, uint8_t string,
                       ByteReader *in)
{
    const BmcPefConfig *config = bmc_pef_get(req->bmc);
    char text[BMC_PEF_STRING_MAX + 1] = { 0 };
    bool has_event = byte_reader_left(in) != 0;
    g_autoptr(GError) err = NULL;
    PefEvent event = { 0 };

    if (has_event && !read_event(in, &event)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (string & SEND_STRING) {
        if ((string & SELECTOR_MASK) > BMC_PEF_STRINGS) {
            return IPMI_CC_PARAM_RANGE;
        }
        memcpy(text, config->strings[string & SELECTOR_MASK],
               BMC_PEF_STRING_MAX);
    }
    if (bmc_pef_alert(req->bmc, destination, text, has_event ? &event : NULL,
                      &req->ctx->origin, &err)) {
        return IPMI_CC_OK;
    }
    return err->code == BMC_ERROR_BUSY ? CC_ALERT_IN_PROGRESS :
           IPMI_CC_NOT_PRESENT;
}

static int alert_immediate(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t number = byte_reader_u8(in);
    uint8_t target = byte_reader_u8(in);
    uint8_t string = byte_reader_u8(in);
    size_t left = byte_reader_left(in);

    if (left && left != EVENT_LEN) {
        return IPMI_CC_LENGTH;
    }
    if ((number & 0xf0) || (target & 0x30) ||
        ipmi_request_channel(req, number) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    switch (target >> 6) {
    case OPERATION_START:
        return start_alert(req, target & 0x0f, string, in);
    case OPERATION_STATUS:
        byte_writer_u8(out, bmc_pef_alert_status(req->bmc));
        return IPMI_CC_OK;
    case OPERATION_CLEAR:
        bmc_pef_alert_clear(req->bmc);
        return IPMI_CC_OK;
    default:
        return IPMI_CC_INVALID_FIELD;
    }
}

static int acknowledge(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    BmcPefAck ack = { 0 };
    const uint8_t *data;

    ack.sequence = byte_reader_le16(in);
    ack.timestamp = byte_reader_le32(in);
    ack.source = byte_reader_u8(in);
    ack.sensor_device = byte_reader_u8(in);
    ack.sensor = byte_reader_u8(in);
    data = byte_reader_take(in, sizeof(ack.data));
    memcpy(ack.data, data, sizeof(ack.data));
    return bmc_pef_acknowledge(req->bmc, &ack) ? IPMI_CC_OK :
           IPMI_CC_NOT_PRESENT;
}

const IpmiCommand ipmi_pef_commands[] = {
    { IPMI_NETFN_SENSOR, 0x10, 0, 0, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_capabilities, "Get PEF Capabilities" },
    { IPMI_NETFN_SENSOR, 0x11, 1, 1, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, arm_postpone, "Arm PEF Postpone Timer" },
    { IPMI_NETFN_SENSOR, 0x12, 2, 22, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_config, "Set PEF Configuration Parameters" },
    { IPMI_NETFN_SENSOR, 0x13, 3, 3, BMC_PRIVILEGE_OPERATOR, IPMI_ON_ALL, 0,
      get_config, "Get PEF Configuration Parameters" },
    { IPMI_NETFN_SENSOR, 0x14, 3, 3, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, set_processed, "Set Last Processed Event ID" },
    { IPMI_NETFN_SENSOR, 0x15, 0, 0, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, 0,
      get_processed, "Get Last Processed Event ID" },
    { IPMI_NETFN_SENSOR, 0x16, 3, 11, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL,
      IPMI_CMD_CHANGES, alert_immediate, "Alert Immediate" },
    { IPMI_NETFN_SENSOR, 0x17, 12, 12, BMC_PRIVILEGE_NONE, IPMI_ON_ALL,
      IPMI_CMD_SESSIONLESS | IPMI_CMD_ROUTINE, acknowledge,
      "PET Acknowledge" },
    { .name = NULL },
};
