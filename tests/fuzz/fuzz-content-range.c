/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fuzzes what a Content-Range header, an image's address and name may be. */
#include "osdep.h"

#include "bmc/images.h"
#include "redfish/rf-images.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    g_autofree char *text = g_strndup((const char *)data, len);
    g_autofree char *image = rf_images_to_hub(text, "bmc");
    uint64_t first, last, total;
    uint64_t again[3];
    char uri[RF_URI_MAX];

    if (rf_images_parse_range(text, &first, &last, &total)) {
        g_autofree char *same = g_strdup_printf(
            "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, first, last, total);

        g_assert(first <= last && last < total);
        g_assert(rf_images_parse_range(same, &again[0], &again[1],
                                       &again[2]));
        g_assert(again[0] == first && again[1] == last && again[2] == total);
    }
    if (!g_str_equal(image, text) && rf_images_to_uri(image, uri)) {
        g_assert(bmc_image_name_fits(strrchr(uri, '/') + 1));
        g_assert(g_str_has_suffix(text, uri));
    }
    return 0;
}
