/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Set and Get System Boot Options. Only devices that the hub knows how to
 * boot from are taken; what it cannot do is refused, not stored.
 */
#include "osdep.h"

#include "ipmi/ipmi-boot.h"

#include "bmc/boot-options.h"
#include "bmc/boot.h"
#include "codec/bootopt.h"
#include "ipmi/ipmi-core.h"
#include "util/error.h"

#define PARAM_MASK 0x7f
#define PARAM_LOCKED 0x80
#define PARAM_VERSION 0x01

#define INITIATOR_RESERVED 0xf0
#define MAILBOX_BLOCK 16
#define MAILBOX_BLOCKS (BMC_BOOT_MAILBOX_LEN / MAILBOX_BLOCK)

#define CC_UNSUPPORTED 0x80
#define CC_SET_IN_PROGRESS 0x81

/* Bits that the specification reserves in the boot flags (table 28-14). */
static const uint8_t flags_reserved[BOOTOPT_FLAGS_LEN] = {
    0x1f, 0x00, 0x00, 0xf0, 0xe0,
};

static const struct {
    BootoptDevice device;
    BmcBootTarget target;
} devices[] = {
    { BOOTOPT_DEVICE_NONE, BMC_BOOT_NONE },
    { BOOTOPT_DEVICE_PXE, BMC_BOOT_PXE },
    { BOOTOPT_DEVICE_HDD, BMC_BOOT_HDD },
    { BOOTOPT_DEVICE_CD, BMC_BOOT_CD },
    { BOOTOPT_DEVICE_SETUP, BMC_BOOT_SETUP },
    { BOOTOPT_DEVICE_FLOPPY, BMC_BOOT_FLOPPY },
    { BOOTOPT_DEVICE_FLOPPY, BMC_BOOT_USB }, /* "primary removable" */
};

static bool set_in_progress(const IpmiCore *core)
{
    return core->boot.set_in_progress &&
           clock_now_ms(core->clock) - core->boot.set_since_ms <
           IPMI_BOOT_SET_MS;
}

static uint8_t cc_of_parse(GError *err)
{
    uint8_t cc = g_error_matches(err, BMC_ERROR, BMC_ERROR_INVALID) ?
                 IPMI_CC_INVALID_FIELD : IPMI_CC_LENGTH;

    g_error_free(err);
    return cc;
}

static int write_set_in_progress(IpmiRequest *req, const uint8_t *data,
                                 size_t len)
{
    IpmiBoot *boot = &req->core->boot;
    GError *err = NULL;
    uint8_t state;

    if (!bootopt_parse_set_in_progress(data, len, &state, &err)) {
        return cc_of_parse(err);
    }
    if (state != data[0]) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (state == BOOTOPT_SET_STARTED && set_in_progress(req->core)) {
        return CC_SET_IN_PROGRESS;
    }
    /* A commit ends the set as well: parameters take effect as they come. */
    boot->set_in_progress = state == BOOTOPT_SET_STARTED;
    boot->set_since_ms = clock_now_ms(req->core->clock);
    return IPMI_CC_OK;
}

static int write_valid_clearing(IpmiRequest *req, const uint8_t *data,
                                size_t len)
{
    BmcBootOptions options;
    GError *err = NULL;
    uint8_t keep;

    if (!bootopt_parse_valid_clearing(data, len, &keep, &err)) {
        return cc_of_parse(err);
    }
    if (keep != data[0]) {
        return IPMI_CC_INVALID_FIELD;
    }
    options = *bmc_boot_options_get(req->bmc);
    options.keep = keep;
    bmc_boot_options_set(req->bmc, &options);
    return IPMI_CC_OK;
}

static int write_ack(IpmiRequest *req, const uint8_t *data, size_t len)
{
    BmcBootOptions options;
    GError *err = NULL;
    BootoptAck ack;

    if (!bootopt_parse_ack(data, len, &ack, &err)) {
        return cc_of_parse(err);
    }
    options = *bmc_boot_options_get(req->bmc);
    options.ack = bootopt_apply_ack(&ack, options.ack);
    bmc_boot_options_set(req->bmc, &options);
    return IPMI_CC_OK;
}

static int write_initiator(IpmiRequest *req, const uint8_t *data, size_t len)
{
    BmcBootOptions options = *bmc_boot_options_get(req->bmc);

    if (len != BMC_BOOT_INITIATOR_LEN) {
        return IPMI_CC_LENGTH;
    }
    if (data[0] & INITIATOR_RESERVED) {
        return IPMI_CC_INVALID_FIELD;
    }
    memcpy(options.initiator, data, len);
    bmc_boot_options_set(req->bmc, &options);
    return IPMI_CC_OK;
}

/* Block selector, then up to a block; what is not given stays. */
static int write_mailbox(IpmiRequest *req, const uint8_t *data, size_t len)
{
    BmcBootOptions options = *bmc_boot_options_get(req->bmc);

    if (len < 2 || len > 1 + MAILBOX_BLOCK) {
        return IPMI_CC_LENGTH;
    }
    if (data[0] >= MAILBOX_BLOCKS) {
        return IPMI_CC_PARAM_RANGE;
    }
    memcpy(options.mailbox + data[0] * MAILBOX_BLOCK, data + 1, len - 1);
    bmc_boot_options_set(req->bmc, &options);
    return IPMI_CC_OK;
}

static void flags_done(GObject *source, GAsyncResult *res, void *opaque)
{
    IpmiRequest *req = opaque;
    g_autoptr(GError) err = NULL;

    bmc_boot_set_finish(req->bmc, res, &err);
    ipmi_request_finish(req, err);
}

static int write_flags(IpmiRequest *req, const uint8_t *data, size_t len)
{
    BmcBootEnabled enabled = BMC_BOOT_DISABLED;
    GError *err = NULL;
    BootoptFlags flags;
    size_t i;

    if (!bootopt_parse_flags(data, len, &flags, &err)) {
        return cc_of_parse(err);
    }
    for (i = 0; i < BOOTOPT_FLAGS_LEN; i++) {
        if (flags.raw[i] & flags_reserved[i]) {
            return IPMI_CC_INVALID_FIELD;
        }
    }
    for (i = 0; i < G_N_ELEMENTS(devices); i++) {
        if (devices[i].device == flags.device &&
            (!flags.valid ||
             bmc_boot_target_allowed(req->bmc, devices[i].target))) {
            break;
        }
    }
    if (i == G_N_ELEMENTS(devices)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (flags.valid && devices[i].target != BMC_BOOT_NONE) {
        enabled = flags.persistent ? BMC_BOOT_CONTINUOUS : BMC_BOOT_ONCE;
    }
    /* Kept, and written down at once; QEMU may take its time to answer. */
    req->late = "answered before QEMU has the boot order, which it gets as "
                "soon as it answers";
    bmc_boot_set_async(req->bmc, enabled,
                       enabled == BMC_BOOT_DISABLED ? BMC_BOOT_NONE :
                       devices[i].target, flags.raw, &req->ctx->origin,
                       ipmi_request_defer(req), flags_done, req);
    return IPMI_DEFERRED;
}

static void read_set_in_progress(const IpmiCore *core, uint8_t set,
                                 ByteWriter *out)
{
    byte_writer_u8(out, set_in_progress(core) ? BOOTOPT_SET_STARTED :
                   BOOTOPT_SET_COMPLETE);
}

static void read_valid_clearing(const IpmiCore *core, uint8_t set,
                                ByteWriter *out)
{
    byte_writer_u8(out, bmc_boot_options_get(core->bmc)->keep);
}

static void read_ack(const IpmiCore *core, uint8_t set, ByteWriter *out)
{
    byte_writer_u8(out, 0); /* the write mask */
    byte_writer_u8(out, bmc_boot_options_get(core->bmc)->ack);
}

static void read_flags(const IpmiCore *core, uint8_t set, ByteWriter *out)
{
    byte_writer_bytes(out, bmc_boot_get(core->bmc)->ipmi_flags,
                      BOOTOPT_FLAGS_LEN);
}

static void read_initiator(const IpmiCore *core, uint8_t set,
                           ByteWriter *out)
{
    byte_writer_bytes(out, bmc_boot_options_get(core->bmc)->initiator,
                      BMC_BOOT_INITIATOR_LEN);
}

static void read_mailbox(const IpmiCore *core, uint8_t set, ByteWriter *out)
{
    byte_writer_u8(out, set);
    byte_writer_bytes(out, bmc_boot_options_get(core->bmc)->mailbox +
                      set * MAILBOX_BLOCK, MAILBOX_BLOCK);
}

/* @sets: how many set selectors there are to read */
typedef struct BootParam {
    uint8_t number;
    uint8_t sets;
    int (*write)(IpmiRequest *req, const uint8_t *data, size_t len);
    void (*read)(const IpmiCore *core, uint8_t set, ByteWriter *out);
} BootParam;

static const BootParam params[] = {
    { BOOTOPT_SET_IN_PROGRESS, 1, write_set_in_progress,
      read_set_in_progress },
    { BOOTOPT_VALID_CLEARING, 1, write_valid_clearing, read_valid_clearing },
    { BOOTOPT_INFO_ACK, 1, write_ack, read_ack },
    { BOOTOPT_FLAGS, 1, write_flags, read_flags },
    { BOOTOPT_INITIATOR_INFO, 1, write_initiator, read_initiator },
    { BOOTOPT_INITIATOR_MAILBOX, MAILBOX_BLOCKS, write_mailbox,
      read_mailbox },
};

static const BootParam *find_param(uint8_t number)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(params); i++) {
        if (params[i].number == number) {
            return &params[i];
        }
    }
    return NULL;
}

static void set_locked(Bmc *bmc, unsigned number, bool locked)
{
    BmcBootOptions options = *bmc_boot_options_get(bmc);

    options.locked &= ~(1u << number);
    options.locked |= locked ? 1u << number : 0;
    bmc_boot_options_set(bmc, &options);
}

int ipmi_boot_set(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t selector = byte_reader_u8(in);
    const BootParam *param = find_param(selector & PARAM_MASK);
    size_t len = byte_reader_left(in);
    const uint8_t *data = byte_reader_take(in, len);
    Bmc *bmc = req->bmc;
    int cc = IPMI_CC_OK;

    if (!param) {
        return CC_UNSUPPORTED;
    }
    /* The selector alone changes only whether the parameter is valid. */
    if (len) {
        cc = param->write(req, data, len);
    }
    if (cc == IPMI_CC_OK || cc == IPMI_DEFERRED) {
        set_locked(bmc, param->number, selector & PARAM_LOCKED);
    }
    if (cc != IPMI_CC_OK || param->number == BOOTOPT_SET_IN_PROGRESS) {
        return cc;
    }
    return ipmi_request_finish_durable(req);
}

int ipmi_boot_get(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t selector = byte_reader_u8(in);
    uint8_t set = byte_reader_u8(in);
    uint8_t block = byte_reader_u8(in);
    const BootParam *param = find_param(selector);
    bool locked;

    if (selector & PARAM_LOCKED) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!param) {
        return CC_UNSUPPORTED;
    }
    if (block || (set && param->sets == 1)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (set >= param->sets) {
        return IPMI_CC_PARAM_RANGE;
    }
    locked = bmc_boot_options_get(req->bmc)->locked >> param->number & 1;
    byte_writer_u8(out, PARAM_VERSION);
    byte_writer_u8(out, selector | (locked ? PARAM_LOCKED : 0));
    param->read(req->core, set, out);
    return IPMI_CC_OK;
}
