/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers of IPMI 2.0 (revision 1.1, errata 7) that more than one codec or
 * more than one layer needs. Values are those on the wire.
 */
#ifndef QEMU_BMC_CODEC_IPMI_H
#define QEMU_BMC_CODEC_IPMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Network functions of requests (table 5-1); a response's is one higher. */
#define IPMI_NETFN_CHASSIS 0x00
#define IPMI_NETFN_BRIDGE 0x02
#define IPMI_NETFN_SENSOR 0x04
#define IPMI_NETFN_APP 0x06
#define IPMI_NETFN_FIRMWARE 0x08
#define IPMI_NETFN_STORAGE 0x0a
#define IPMI_NETFN_TRANSPORT 0x0c
#define IPMI_NETFN_GROUP 0x2c
#define IPMI_NETFN_OEM 0x2e
#define IPMI_NETFN_MAX 0x3f

/* Bodies that define commands of the group network function (table 5-1). */
#define IPMI_GROUP_DCMI 0xdc

/* Generic completion codes (table 5-2). */
#define IPMI_CC_OK 0x00
#define IPMI_CC_NODE_BUSY 0xc0
#define IPMI_CC_INVALID_CMD 0xc1
#define IPMI_CC_INVALID_LUN 0xc2
#define IPMI_CC_TIMEOUT 0xc3
#define IPMI_CC_OUT_OF_SPACE 0xc4
#define IPMI_CC_RESERVATION 0xc5
#define IPMI_CC_TRUNCATED 0xc6
#define IPMI_CC_LENGTH 0xc7
#define IPMI_CC_LENGTH_EXCEEDED 0xc8
#define IPMI_CC_PARAM_RANGE 0xc9
#define IPMI_CC_CANNOT_RETURN 0xca
#define IPMI_CC_NOT_PRESENT 0xcb
#define IPMI_CC_INVALID_FIELD 0xcc
#define IPMI_CC_ILLEGAL_FOR_SENSOR 0xcd
#define IPMI_CC_NO_RESPONSE 0xce
#define IPMI_CC_DUPLICATE 0xcf
#define IPMI_CC_SDR_UPDATE 0xd0
#define IPMI_CC_FIRMWARE_UPDATE 0xd1
#define IPMI_CC_INITIALIZING 0xd2
#define IPMI_CC_UNAVAILABLE 0xd3
#define IPMI_CC_PRIVILEGE 0xd4
#define IPMI_CC_STATE 0xd5
#define IPMI_CC_DISABLED 0xd6
#define IPMI_CC_UNSPECIFIED 0xff

/* Channel numbers (table 6-1). */
#define IPMI_CHANNEL_IPMB 0x00
#define IPMI_CHANNEL_CURRENT 0x0e
#define IPMI_CHANNEL_SYSTEM 0x0f

/* Privilege levels (section 6.8), as in all commands that carry one. */
#define IPMI_PRIV_UNSPECIFIED 0x00
#define IPMI_PRIV_CALLBACK 0x01
#define IPMI_PRIV_USER 0x02
#define IPMI_PRIV_OPERATOR 0x03
#define IPMI_PRIV_ADMIN 0x04
#define IPMI_PRIV_OEM 0x05
#define IPMI_PRIV_NO_ACCESS 0x0f

/* Authentication types of a session header (table 13-8). */
#define IPMI_AUTH_NONE 0x00
#define IPMI_AUTH_MD2 0x01
#define IPMI_AUTH_MD5 0x02
#define IPMI_AUTH_PASSWORD 0x04
#define IPMI_AUTH_OEM 0x05
#define IPMI_AUTH_RMCPP 0x06

/* Payload types of RMCP+ (table 13-16). */
#define IPMI_PAYLOAD_IPMI 0x00
#define IPMI_PAYLOAD_SOL 0x01
#define IPMI_PAYLOAD_OEM_EXPLICIT 0x02
#define IPMI_PAYLOAD_OPEN_REQUEST 0x10
#define IPMI_PAYLOAD_OPEN_RESPONSE 0x11
#define IPMI_PAYLOAD_RAKP1 0x12
#define IPMI_PAYLOAD_RAKP2 0x13
#define IPMI_PAYLOAD_RAKP3 0x14
#define IPMI_PAYLOAD_RAKP4 0x15
#define IPMI_PAYLOAD_OEM_FIRST 0x20
#define IPMI_PAYLOAD_OEM_LAST 0x27
#define IPMI_PAYLOAD_TYPE_MAX 0x3f

/* Authentication algorithms (table 13-17). */
#define IPMI_RAKP_NONE 0x00
#define IPMI_RAKP_HMAC_SHA1 0x01
#define IPMI_RAKP_HMAC_MD5 0x02
#define IPMI_RAKP_HMAC_SHA256 0x03

/* Integrity algorithms (table 13-18). */
#define IPMI_INTEGRITY_NONE 0x00
#define IPMI_INTEGRITY_HMAC_SHA1_96 0x01
#define IPMI_INTEGRITY_HMAC_MD5_128 0x02
#define IPMI_INTEGRITY_MD5_128 0x03
#define IPMI_INTEGRITY_HMAC_SHA256_128 0x04

/* Confidentiality algorithms (table 13-19). */
#define IPMI_CONF_NONE 0x00
#define IPMI_CONF_AES_CBC_128 0x01

/* Status codes of Open Session and RAKP messages (table 13-15). */
#define IPMI_RAKP_STATUS_OK 0x00
#define IPMI_RAKP_STATUS_NO_RESOURCES 0x01
#define IPMI_RAKP_STATUS_INVALID_SESSION 0x02
#define IPMI_RAKP_STATUS_INVALID_PAYLOAD 0x03
#define IPMI_RAKP_STATUS_INVALID_AUTH_ALG 0x04
#define IPMI_RAKP_STATUS_INVALID_INTEGRITY_ALG 0x05
#define IPMI_RAKP_STATUS_NO_AUTH_PAYLOAD 0x06
#define IPMI_RAKP_STATUS_NO_INTEGRITY_PAYLOAD 0x07
#define IPMI_RAKP_STATUS_INACTIVE_SESSION 0x08
#define IPMI_RAKP_STATUS_INVALID_ROLE 0x09
#define IPMI_RAKP_STATUS_UNAUTHORIZED_ROLE 0x0a
#define IPMI_RAKP_STATUS_NO_RESOURCES_ROLE 0x0b
#define IPMI_RAKP_STATUS_INVALID_NAME_LENGTH 0x0c
#define IPMI_RAKP_STATUS_UNAUTHORIZED_NAME 0x0d
#define IPMI_RAKP_STATUS_UNAUTHORIZED_GUID 0x0e
#define IPMI_RAKP_STATUS_INVALID_ICV 0x0f
#define IPMI_RAKP_STATUS_INVALID_CONF_ALG 0x10
#define IPMI_RAKP_STATUS_NO_SUITE_MATCH 0x11
#define IPMI_RAKP_STATUS_ILLEGAL_PARAM 0x12

/* Slave addresses (table 5-4) and software ids. */
#define IPMI_ADDR_BMC 0x20
#define IPMI_ADDR_REMOTE_CONSOLE 0x81

/* Sizes in bytes. */
#define IPMI_NAME_MAX 16
#define IPMI_PASSWORD15_MAX 16
#define IPMI_PASSWORD_MAX 20
#define IPMI_KEY_LEN 20
#define IPMI_GUID_LEN 16
#define IPMI_RANDOM_LEN 16

/*
 * The largest UDP packet that is looked at or sent. IPMI messages stay far
 * below, SOL payloads are at most 255 bytes; both with header, padding and
 * trailer leave more than half of this unused.
 */
#define IPMI_LAN_PACKET_MAX 1024

/**
 * ipmi_cc_name: what a generic completion code says (table 5-2).
 *
 * @cc: the completion code
 *
 * Returns: (transfer none): a phrase; for command-specific (0x80 to 0xbe),
 *          OEM and unassigned codes the name of that range
 */
const char *ipmi_cc_name(uint8_t cc);

/**
 * ipmi_rakp_status_name: what a status code of an Open Session Response or a
 * RAKP message says (table 13-15).
 *
 * @status: the status code
 *
 * Returns: (transfer none): a phrase, "reserved status code" if unassigned
 */
const char *ipmi_rakp_status_name(uint8_t status);

#endif /* QEMU_BMC_CODEC_IPMI_H */
