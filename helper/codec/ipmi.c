/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of IPMI's codes, for logs and tools. */
#include "osdep.h"

#include "codec/ipmi.h"

typedef struct CodeName {
    uint8_t code;
    const char *name;
} CodeName;

static const CodeName cc_names[] = {
    { IPMI_CC_OK, "command completed normally" },
    { IPMI_CC_NODE_BUSY, "node busy" },
    { IPMI_CC_INVALID_CMD, "invalid command" },
    { IPMI_CC_INVALID_LUN, "command invalid for given LUN" },
    { IPMI_CC_TIMEOUT, "timeout while processing command" },
    { IPMI_CC_OUT_OF_SPACE, "out of space" },
    { IPMI_CC_RESERVATION, "reservation cancelled or invalid" },
    { IPMI_CC_TRUNCATED, "request data truncated" },
    { IPMI_CC_LENGTH, "request data length invalid" },
    { IPMI_CC_LENGTH_EXCEEDED, "request data field length limit exceeded" },
    { IPMI_CC_PARAM_RANGE, "parameter out of range" },
    { IPMI_CC_CANNOT_RETURN, "cannot return number of requested data bytes" },
    { IPMI_CC_NOT_PRESENT, "requested sensor, data or record not present" },
    { IPMI_CC_INVALID_FIELD, "invalid data field in request" },
    { IPMI_CC_ILLEGAL_FOR_SENSOR,
      "command illegal for specified sensor or record type" },
    { IPMI_CC_NO_RESPONSE, "command response could not be provided" },
    { IPMI_CC_DUPLICATE, "cannot execute duplicated request" },
    { IPMI_CC_SDR_UPDATE, "SDR repository in update mode" },
    { IPMI_CC_FIRMWARE_UPDATE, "device in firmware update mode" },
    { IPMI_CC_INITIALIZING, "BMC initialization in progress" },
    { IPMI_CC_UNAVAILABLE, "destination unavailable" },
    { IPMI_CC_PRIVILEGE, "insufficient privilege level" },
    { IPMI_CC_STATE, "not supported in present state" },
    { IPMI_CC_DISABLED, "command sub-function disabled or unavailable" },
    { IPMI_CC_UNSPECIFIED, "unspecified error" },
};

static const CodeName rakp_status_names[] = {
    { IPMI_RAKP_STATUS_OK, "no errors" },
    { IPMI_RAKP_STATUS_NO_RESOURCES,
      "insufficient resources to create a session" },
    { IPMI_RAKP_STATUS_INVALID_SESSION, "invalid session id" },
    { IPMI_RAKP_STATUS_INVALID_PAYLOAD, "invalid payload type" },
    { IPMI_RAKP_STATUS_INVALID_AUTH_ALG, "invalid authentication algorithm" },
    { IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG, "invalid integrity algorithm" },
    { IPMI_RAKP_STATUS_NO_AUTH_PAYLOAD, "no matching authentication payload" },
    { IPMI_RAKP_STATUS_NO_INTEGRITY_PAYLOAD,
      "no matching integrity payload" },
    { IPMI_RAKP_STATUS_INACTIVE_SESSION, "inactive session id" },
    { IPMI_RAKP_STATUS_INVALID_ROLE, "invalid role" },
    { IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE,
      "unauthorized role or privilege level requested" },
    { IPMI_RAKP_STATUS_NO_RESOURCES_ROLE,
      "insufficient resources to create a session at the requested role" },
    { IPMI_RAKP_STATUS_INVALID_NAME_LENGTH, "invalid name length" },
    { IPMI_RAKP_STATUS_UNAUTHORIZED_NAME, "unauthorized name" },
    { IPMI_RAKP_STATUS_UNAUTHORIZED_GUID, "unauthorized GUID" },
    { IPMI_RAKP_STATUS_INVALID_ICV, "invalid integrity check value" },
    { IPMI_RAKP_STATUS_INVALID_CONF_ALG, "invalid confidentiality algorithm" },
    { IPMI_RAKP_STATUS_NO_SUITE_MATCH,
      "no cipher suite match with proposed security algorithms" },
    { IPMI_RAKP_STATUS_ILLEGAL_PARAM, "illegal or unrecognized parameter" },
};

static const char *find_name(const CodeName *names, size_t n, uint8_t code)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (names[i].code == code) {
            return names[i].name;
        }
    }
    return NULL;
}

const char *ipmi_cc_name(uint8_t cc)
{
    const char *name = find_name(cc_names, G_N_ELEMENTS(cc_names), cc);

    if (name) {
        return name;
    }
    if (cc >= 0x80 && cc <= 0xbe) {
        return "command-specific completion code";
    }
    if (cc >= 0x01 && cc <= 0x7e) {
        return "OEM completion code";
    }
    return "reserved completion code";
}

const char *ipmi_rakp_status_name(uint8_t status)
{
    const char *name = find_name(rakp_status_names,
                                 G_N_ELEMENTS(rakp_status_names), status);

    return name ? name : "reserved status code";
}
