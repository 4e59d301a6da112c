/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The known answers of tests/data/codec, and the exchange they belong to. */
#ifndef QEMU_BMC_TESTS_RAKP_VECTORS_H
#define QEMU_BMC_TESTS_RAKP_VECTORS_H

#include "codec/rakp-auth.h"

/**
 * RakpVector: one login with one suite; hexadecimal where the codec has
 * bytes.
 *
 * @suite: suite number
 * @role: role byte of RAKP 1
 * @name: user name
 * @password: password
 * @kg: the BMC's key, empty for none
 * @code2: key exchange code of RAKP 2
 * @code3: key exchange code of RAKP 3
 * @sik: session integrity key
 * @icv4: integrity check value of RAKP 4
 * @k1: integrity key
 * @k2: confidentiality key
 * @packet: a Get Device ID request to the BMC, sealed
 */
typedef struct RakpVector {
    uint8_t suite;
    uint8_t role;
    const char *name;
    const char *password;
    const char *kg;
    const char *code2;
    const char *code3;
    const char *sik;
    const char *icv4;
    const char *k1;
    const char *k2;
    const char *packet;
} RakpVector;

#include "tests/data/codec/rakp-vectors.c.inc"

#define RAKP_VECTOR_CONSOLE_ID 0xa4a3a2a0
#define RAKP_VECTOR_MANAGED_ID 0x02100d3c
#define RAKP_VECTOR_SEQUENCE 0x01020304
#define RAKP_VECTOR_PAYLOAD "20 18 c8 81 04 01 7a"

/**
 * rakp_vector_auth: the exchange of a vector.
 *
 * @v: the vector
 *
 * Returns: the exchange
 */
static inline RakpAuth rakp_vector_auth(const RakpVector *v)
{
    static const uint8_t guid[IPMI_GUID_LEN] = {
        0x3f, 0x2a, 0x1b, 0x0c, 0x4d, 0x5e, 0x6f, 0x70,
        0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8,
    };
    RakpAuth auth = {
        .suite = cipher_suite_by_id(v->suite),
        .console_id = RAKP_VECTOR_CONSOLE_ID,
        .managed_id = RAKP_VECTOR_MANAGED_ID,
        .role = v->role,
        .name_len = strlen(v->name),
    };
    unsigned i;

    g_assert_nonnull(auth.suite);
    memcpy(auth.guid, guid, sizeof(guid));
    for (i = 0; i < IPMI_RANDOM_LEN; i++) {
        auth.console_random[i] = 0x10 + i;
        auth.managed_random[i] = 0xe0 + i;
    }
    memcpy(auth.name, v->name, auth.name_len);
    memcpy(auth.kg, v->kg, strlen(v->kg));
    g_assert_true(rakp_auth_set_password(&auth, v->password,
                                         strlen(v->password)));
    return auth;
}

#endif /* QEMU_BMC_TESTS_RAKP_VECTORS_H */
