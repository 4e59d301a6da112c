/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands about the LAN channel (IPMI 2.0 sections 22.22, 22.23, 22.25). */
#include "osdep.h"

#include "ipmi/ipmi-commands.h"

#include "bmc/channel.h"
#include "util/secret.h"

/* Set Channel Access and Get Channel Access. */
#define WHICH_SHIFT 6
#define WHICH_NONE 0
#define WHICH_SAVED 1
#define WHICH_PRESENT 2
#define ACCESS_NO_ALERTING 0x20
#define ACCESS_NO_MESSAGE_AUTH 0x10
#define ACCESS_NO_USER_AUTH 0x08
#define ACCESS_MODE 0x07
#define ACCESS_MODE_SHARED 3
#define LIMIT_RESERVED 0x30
#define LIMIT_PRIVILEGE 0x0f
#define CC_NOT_ON_CHANNEL 0x82
#define CC_NOT_THAT_MODE 0x83

/* Set Channel Security Keys. */
#define KEY_READ 0
#define KEY_SET 1
#define KEY_LOCK 2
#define KEY_ID_KR 0
#define KEY_ID_KG 1
#define KEY_STATUS_LOCKED 1
#define KEY_STATUS_UNLOCKED 2
#define CC_KEY_LOCKED 0x80
#define CC_KEY_SHORT 0x81
#define CC_KEY_LONG 0x82
#define CC_KEY_KR_UNUSED 0x84
/* More than a key may have, so that the answer can say so. */
#define KEY_REQUEST_MAX (3 + 2 * BMC_KEY_LEN)

/* Only a channel with sessions has access modes. Returns a code. */
static int check_channel(const IpmiRequest *req, uint8_t number)
{
    switch (ipmi_request_channel(req, number)) {
    case IPMI_CHANNEL_LAN:
        return IPMI_CC_OK;
    case IPMI_CHANNEL_SYSTEM:
        return CC_NOT_ON_CHANNEL;
    default:
        return IPMI_CC_INVALID_FIELD;
    }
}

/* Changes what @byte says; returns a completion code. */
static int parse_access(uint8_t byte, BmcChannelAccess *access)
{
    uint8_t mode = byte & ACCESS_MODE;

    if (mode > ACCESS_MODE_SHARED) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (mode != BMC_CHANNEL_MODE_DISABLED &&
        mode != BMC_CHANNEL_MODE_ALWAYS) {
        return CC_NOT_THAT_MODE;
    }
    access->mode = mode;
    access->alerting = !(byte & ACCESS_NO_ALERTING);
    access->per_message_auth = !(byte & ACCESS_NO_MESSAGE_AUTH);
    access->user_level_auth = !(byte & ACCESS_NO_USER_AUTH);
    return IPMI_CC_OK;
}

static int set_access(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t access = byte_reader_u8(in);
    uint8_t limit = byte_reader_u8(in);
    unsigned access_which = access >> WHICH_SHIFT;
    unsigned limit_which = limit >> WHICH_SHIFT;
    uint8_t privilege = limit & LIMIT_PRIVILEGE;
    int cc = check_channel(req, channel);
    BmcChannelAccess settings[2] = {
        *bmc_channel_access_saved(req->bmc),
        *bmc_channel_access(req->bmc),
    };

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (access_which > WHICH_PRESENT || limit_which > WHICH_PRESENT ||
        (limit & LIMIT_RESERVED)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (access_which != WHICH_NONE) {
        cc = parse_access(access, &settings[access_which - WHICH_SAVED]);
        if (cc != IPMI_CC_OK) {
            return cc;
        }
    }
    if (limit_which != WHICH_NONE) {
        if (privilege < IPMI_PRIV_CALLBACK || privilege > IPMI_PRIV_ADMIN) {
            return IPMI_CC_INVALID_FIELD;
        }
        settings[limit_which - WHICH_SAVED].limit = privilege;
    }
    bmc_channel_set_access(req->bmc, true, &settings[0], &req->ctx->origin);
    bmc_channel_set_access(req->bmc, false, &settings[1], &req->ctx->origin);
    return ipmi_request_finish_durable(req);
}

static int get_access(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t which = byte_reader_u8(in);
    int cc = check_channel(req, channel);
    const BmcChannelAccess *access;
    uint8_t bits;

    if (cc != IPMI_CC_OK) {
        return cc;
    }
    if (which == WHICH_SAVED << WHICH_SHIFT) {
        access = bmc_channel_access_saved(req->bmc);
    } else if (which == WHICH_PRESENT << WHICH_SHIFT) {
        access = bmc_channel_access(req->bmc);
    } else {
        return IPMI_CC_INVALID_FIELD;
    }
    bits = access->mode;
    bits |= access->alerting ? 0 : ACCESS_NO_ALERTING;
    bits |= access->per_message_auth ? 0 : ACCESS_NO_MESSAGE_AUTH;
    bits |= access->user_level_auth ? 0 : ACCESS_NO_USER_AUTH;
    byte_writer_u8(out, bits);
    byte_writer_u8(out, access->limit);
    return IPMI_CC_OK;
}

static int set_kg(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    size_t len = byte_reader_left(in);
    const uint8_t *key = byte_reader_take(in, len);

    if (len != BMC_KEY_LEN) {
        return len < BMC_KEY_LEN ? CC_KEY_SHORT : CC_KEY_LONG;
    }
    if (!bmc_channel_set_kg(req->bmc, key, &req->ctx->origin, NULL)) {
        return CC_KEY_LOCKED;
    }
    byte_writer_u8(out, KEY_STATUS_UNLOCKED);
    return ipmi_request_finish_durable(req);
}

static int read_kg(IpmiRequest *req, ByteWriter *out)
{
    uint8_t key[BMC_KEY_LEN];

    if (bmc_channel_kg_locked(req->bmc)) {
        return CC_KEY_LOCKED;
    }
    bmc_channel_kg(req->bmc, key);
    byte_writer_u8(out, KEY_STATUS_UNLOCKED);
    byte_writer_bytes(out, key, sizeof(key));
    secret_wipe(key, sizeof(key));
    return IPMI_CC_OK;
}

static int security_keys(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t channel = byte_reader_u8(in);
    uint8_t operation = byte_reader_u8(in);
    uint8_t id = byte_reader_u8(in);

    if (ipmi_request_channel(req, channel) != IPMI_CHANNEL_LAN ||
        operation > KEY_LOCK || id > KEY_ID_KG) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (id == KEY_ID_KR) {
        /* Random numbers are the system's */
        return CC_KEY_KR_UNUSED;
    }
    if (operation == KEY_SET) {
        return set_kg(req, in, out);
    }
    if (byte_reader_left(in)) {
        return IPMI_CC_LENGTH;
    }
    if (operation == KEY_READ) {
        return read_kg(req, out);
    }
    bmc_channel_lock_kg(req->bmc, &req->ctx->origin);
    byte_writer_u8(out, KEY_STATUS_LOCKED);
    return ipmi_request_finish_durable(req);
}

#define CHANGES (IPMI_CMD_CHANGES | IPMI_CMD_ACCOUNTS)

const IpmiCommand ipmi_channel_commands[] = {
    { IPMI_NETFN_APP, 0x40, 3, 3, BMC_PRIVILEGE_ADMIN, IPMI_ON_ALL, CHANGES,
      set_access, "Set Channel Access" },
    { IPMI_NETFN_APP, 0x41, 2, 2, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_access, "Get Channel Access" },
    { IPMI_NETFN_APP, 0x56, 3, KEY_REQUEST_MAX, BMC_PRIVILEGE_ADMIN,
      IPMI_ON_ALL, CHANGES, security_keys, "Set Channel Security Keys" },
    { .name = NULL },
};
