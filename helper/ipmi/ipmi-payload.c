/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Payload commands (IPMI 2.0 chapter 24). Serial over LAN is the one payload
 * that can be activated, and there is one instance of it.
 */
#include "osdep.h"

#include "bmc/lan.h"
#include "bmc/sol.h"
#include "ipmi/ipmi-commands.h"
#include "ipmi/ipmi-sol.h"

#define TYPE_MASK 0x3f
#define INSTANCE_MASK 0x0f

/* Activate Payload, the first byte of SOL's auxiliary data. */
#define AUX_ENCRYPT 0x80
#define AUX_AUTHENTICATE 0x40
#define AUX_ALERT 0x0c
#define AUX_RESERVED 0x11

#define VLAN_NONE 0xffff
/* The one serial port that there is. */
#define SERIAL_PORT 1
#define FORMAT_1_0 0x10

#define SUPPORT_IPMI 0x01
#define SUPPORT_SOL 0x02
#define SUPPORT_SETUP 0x3f

#define SUSPEND 0
#define RESUME 1
#define REGENERATE 2

/* Activate Payload (section 24.1). */
#define CC_ALREADY_ACTIVE 0x80
#define CC_PAYLOAD_DISABLED 0x81
#define CC_NOT_WITH_ENCRYPTION 0x83
#define CC_NOT_WITHOUT_ENCRYPTION 0x84
/* Deactivate Payload (section 24.2). */
#define CC_ALREADY_DEACTIVATED 0x80
/* Get Channel Payload Version (section 24.9). */
#define CC_NOT_ON_CHANNEL 0x80
/* Suspend/Resume Payload Encryption (section 24.3). */
#define CC_OPERATION_UNSUPPORTED 0x80
#define CC_OPERATION_NOT_ALLOWED 0x81
#define CC_NO_ENCRYPTION 0x82
#define CC_NOT_ACTIVE 0x83

/* Reads type and instance; false if they are not those of our payload. */
static bool read_sol(ByteReader *in)
{
    uint8_t type = byte_reader_u8(in);
    uint8_t instance = byte_reader_u8(in);

    return type == IPMI_PAYLOAD_SOL && instance == IPMI_SOL_INSTANCE;
}

static bool may_use(const IpmiRequest *req)
{
    const IpmiSession *session = req->ctx->session;
    const BmcUser *user = session ? bmc_users_get(req->bmc, session->slot) :
                          NULL;

    return req->ctx->privilege >= bmc_sol_get(req->bmc)->privilege &&
           (!user || (user->payloads & BMC_USER_PAYLOAD_SOL));
}

/* Whether a session's algorithms and the configuration allow it. */
static int check_protection(const IpmiRequest *req, uint8_t aux)
{
    const BmcSolConfig *config = bmc_sol_get(req->bmc);
    const RmcppCrypto *crypto = &req->ctx->session->crypto;
    bool encrypt = aux & AUX_ENCRYPT;
    bool authenticate = aux & AUX_AUTHENTICATE;

    if (encrypt && crypto->conf == IPMI_CONF_NONE) {
        return CC_NOT_WITH_ENCRYPTION;
    }
    if (!encrypt && config->force_encryption) {
        return CC_NOT_WITHOUT_ENCRYPTION;
    }
    /* There is no encryption without authentication (section 13.1.4). */
    if (authenticate ? crypto->integrity == IPMI_INTEGRITY_NONE :
        encrypt || config->force_authentication) {
        return IPMI_CC_INVALID_FIELD;
    }
    return IPMI_CC_OK;
}

static int activate(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSol *sol = req->core->sol;
    IpmiSession *session = req->ctx->session;
    bool known = read_sol(in);
    uint8_t aux = byte_reader_u8(in);
    uint32_t rest = byte_reader_u8(in) | byte_reader_le16(in);
    int cc;

    if (!known || rest || (aux & AUX_RESERVED) ||
        (aux & AUX_ALERT) == AUX_ALERT) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (!session || session->auth15) {
        return IPMI_CC_STATE;
    }
    if (!bmc_sol_get(req->bmc)->enabled || !ipmi_sol_has_console(sol)) {
        return CC_PAYLOAD_DISABLED;
    }
    if (!may_use(req)) {
        return IPMI_CC_PRIVILEGE;
    }
    if (ipmi_sol_session(sol)) {
        return CC_ALREADY_ACTIVE;
    }
    cc = check_protection(req, aux);
    if (cc != IPMI_CC_OK) {
        return cc;
    }
    ipmi_sol_activate(sol, session, aux & AUX_ENCRYPT,
                      aux & AUX_AUTHENTICATE);
    byte_writer_le32(out, 0); /* no test mode */
    byte_writer_le16(out, IPMI_SOL_PAYLOAD_MAX);
    byte_writer_le16(out, IPMI_SOL_PAYLOAD_MAX);
    byte_writer_le16(out, bmc_lan_port(req->bmc));
    byte_writer_le16(out, VLAN_NONE);
    return IPMI_CC_OK;
}

static int deactivate(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSol *sol = req->core->sol;
    bool known = read_sol(in);
    const IpmiSession *owner = ipmi_sol_session(sol);

    if (!known || byte_reader_le32(in)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (owner != req->ctx->session && !may_use(req)) {
        return IPMI_CC_PRIVILEGE;
    }
    if (!owner) {
        return CC_ALREADY_DEACTIVATED;
    }
    ipmi_sol_deactivate(sol, owner != req->ctx->session);
    return IPMI_CC_OK;
}

static int get_activation(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    if (byte_reader_u8(in) != IPMI_PAYLOAD_SOL) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_u8(out, IPMI_SOL_INSTANCE);
    byte_writer_le16(out, ipmi_sol_session(req->core->sol) ? 1 : 0);
    return IPMI_CC_OK;
}

static int get_instance(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    const IpmiSession *owner = ipmi_sol_session(req->core->sol);

    if (!read_sol(in)) {
        return IPMI_CC_INVALID_FIELD;
    }
    byte_writer_le32(out, owner ? owner->id : 0);
    byte_writer_u8(out, owner ? SERIAL_PORT : 0);
    byte_writer_bytes(out, "\0\0\0\0\0\0\0", 7);
    return IPMI_CC_OK;
}

static int get_support(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    uint8_t support = SUPPORT_IPMI;

    if (ipmi_request_channel(req, byte_reader_u8(in)) != IPMI_CHANNEL_LAN) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (ipmi_sol_has_console(req->core->sol)) {
        support |= SUPPORT_SOL;
    }
    byte_writer_le16(out, support);
    byte_writer_le16(out, SUPPORT_SETUP);
    byte_writer_le32(out, 0); /* no OEM payloads; reserved */
    return IPMI_CC_OK;
}

static int get_version(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    int channel = ipmi_request_channel(req, byte_reader_u8(in));
    uint8_t type = byte_reader_u8(in);

    if (channel != IPMI_CHANNEL_LAN || (type & ~TYPE_MASK)) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (type != IPMI_PAYLOAD_IPMI &&
        !(type >= IPMI_PAYLOAD_OPEN_REQUEST && type <= IPMI_PAYLOAD_RAKP4) &&
        !(type == IPMI_PAYLOAD_SOL && ipmi_sol_has_console(req->core->sol))) {
        return CC_NOT_ON_CHANNEL;
    }
    byte_writer_u8(out, FORMAT_1_0);
    return IPMI_CC_OK;
}

static int set_encryption(IpmiRequest *req, ByteReader *in, ByteWriter *out)
{
    IpmiSol *sol = req->core->sol;
    const IpmiSession *session = req->ctx->session;
    uint8_t type = byte_reader_u8(in);
    uint8_t instance = byte_reader_u8(in);
    uint8_t operation = byte_reader_u8(in);

    if ((type & ~TYPE_MASK) || (instance & ~INSTANCE_MASK) ||
        operation > REGENERATE) {
        return IPMI_CC_INVALID_FIELD;
    }
    if (type != IPMI_PAYLOAD_SOL || operation == REGENERATE) {
        return CC_OPERATION_UNSUPPORTED;
    }
    if (instance != IPMI_SOL_INSTANCE || !session ||
        ipmi_sol_session(sol) != session) {
        return CC_NOT_ACTIVE;
    }
    if (session->crypto.conf == IPMI_CONF_NONE) {
        return CC_NO_ENCRYPTION;
    }
    if (operation == SUSPEND ? bmc_sol_get(req->bmc)->force_encryption :
        !ipmi_sol_is_authenticated(sol)) {
        return CC_OPERATION_NOT_ALLOWED;
    }
    ipmi_sol_set_encrypted(sol, operation == RESUME);
    return IPMI_CC_OK;
}

const IpmiCommand ipmi_payload_commands[] = {
    { IPMI_NETFN_APP, 0x48, 6, 6, BMC_PRIVILEGE_USER, IPMI_ON_LAN,
      IPMI_CMD_ROUTINE, activate, "Activate Payload" },
    { IPMI_NETFN_APP, 0x49, 6, 6, BMC_PRIVILEGE_USER, IPMI_ON_ALL,
      IPMI_CMD_ROUTINE, deactivate, "Deactivate Payload" },
    { IPMI_NETFN_APP, 0x4a, 1, 1, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_activation, "Get Payload Activation Status" },
    { IPMI_NETFN_APP, 0x4b, 2, 2, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_instance, "Get Payload Instance Info" },
    { IPMI_NETFN_APP, 0x4e, 1, 1, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_support, "Get Channel Payload Support" },
    { IPMI_NETFN_APP, 0x4f, 2, 2, BMC_PRIVILEGE_USER, IPMI_ON_ALL, 0,
      get_version, "Get Channel Payload Version" },
    { IPMI_NETFN_APP, 0x55, 3, 3, BMC_PRIVILEGE_USER, IPMI_ON_LAN,
      IPMI_CMD_ROUTINE, set_encryption, "Suspend/Resume Payload Encryption" },
    { .name = NULL },
};
