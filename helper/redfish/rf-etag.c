/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entity tags: made from content, compared leniently. */
#include "osdep.h"

#include "redfish/rf-etag.h"

/* 64 bits: two states of one resource never meet by chance. */
#define ETAG_DIGITS 16

char *rf_etag_make(const void *data, size_t len)
{
    g_autofree char *digest =
        g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, len);

    return g_strdup_printf("\"%.*s\"", ETAG_DIGITS, digest);
}

/* Compare one element of a list with the digits of our tag. */
static bool element_matches(const char *element, size_t len,
                            const char *digits)
{
    static const char strip[] = " \t\"\\";

    size_t weak;

    do {
        while (len && strchr(strip, element[0])) {
            element++;
            len--;
        }
        weak = len >= 2 && memcmp(element, "W/", 2) == 0 ? 2 : 0;
        element += weak;
        len -= weak;
    } while (weak);
    while (len && strchr(strip, element[len - 1])) {
        len--;
    }
    if (len == 1 && element[0] == '*') {
        return true;
    }
    if (len == ETAG_DIGITS + strlen(RF_ETAG_GZIP) &&
        memcmp(element + ETAG_DIGITS, RF_ETAG_GZIP,
               strlen(RF_ETAG_GZIP)) == 0) {
        len = ETAG_DIGITS;
    }
    return len == ETAG_DIGITS && memcmp(element, digits, len) == 0;
}

bool rf_etag_matches(const char *header, const char *etag)
{
    const char *digits = etag + 1;
    const char *p = header;

    for (;;) {
        size_t len = strcspn(p, ",");

        if (element_matches(p, len, digits)) {
            return true;
        }
        if (!p[len]) {
            return false;
        }
        p += len + 1;
    }
}
