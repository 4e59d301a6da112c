/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first byte chooses one of the six messages that open a session. What
 * is understood is built again; the result must read as the same.
 */
#include "osdep.h"

#include "codec/rakp.h"

#include "codec/rakp-auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* Defines a function that parses, builds, parses again and compares. */
#define TRY(name, Type, parse, build)                                   \
    static void name(const uint8_t *data, size_t len)                   \
    {                                                                   \
        uint8_t buf[RAKP_MESSAGE_MAX];                                  \
        ByteWriter w = byte_writer(buf, sizeof(buf));                   \
        g_autoptr(GError) err = NULL;                                   \
        Type msg, again;                                                \
                                                                        \
        if (!parse(data, len, &msg, &err)) {                            \
            g_assert(err);                                              \
            return;                                                     \
        }                                                               \
        g_assert(!err);                                                 \
        build(&w, &msg);                                                \
        g_assert(!w.failed);                                            \
        g_assert(parse(buf, w.len, &again, NULL));                      \
        again.status = msg.status;                                      \
        g_assert(msg.tag == again.tag);                                 \
        g_assert(msg.status || !memcmp(&msg, &again, sizeof(msg)));     \
    }

TRY(try_open_request, RakpOpenRequest, rakp_parse_open_request,
    rakp_build_open_request)
TRY(try_open_response, RakpOpenResponse, rakp_parse_open_response,
    rakp_build_open_response)
TRY(try_1, Rakp1, rakp_parse_1, rakp_build_1)
TRY(try_2, Rakp2, rakp_parse_2, rakp_build_2)
TRY(try_3, Rakp3, rakp_parse_3, rakp_build_3)
TRY(try_4, Rakp4, rakp_parse_4, rakp_build_4)

/* No guess of the fuzzer's may be taken for the code of a RAKP 3. */
static void try_check(const uint8_t *data, size_t len)
{
    RakpAuth auth = { .suite = cipher_suite_by_id(17), .kuid = { 1 } };
    Rakp3 msg;

    if (rakp_parse_3(data, len, &msg, NULL)) {
        g_assert(!rakp_auth_check3(&auth, msg.code, msg.code_len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static void (*const tries[])(const uint8_t *data, size_t len) = {
        try_open_request, try_open_response, try_1, try_2, try_3, try_4,
        try_check,
    };

    if (len) {
        tries[data[0] % G_N_ELEMENTS(tries)](data + 1, len - 1);
    }
    return 0;
}
