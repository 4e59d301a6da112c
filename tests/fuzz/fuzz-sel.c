/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SEL records and events: what is accepted is built again to the same. */
#include "osdep.h"

#include "codec/sel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void try_record(const uint8_t *data, size_t len)
{
    g_autoptr(GError) err = NULL;
    uint8_t out[SEL_RECORD_LEN];
    SelRecord record;

    g_assert(sel_parse(data, len, &record, &err) == !err);
    if (!err) {
        sel_build(&record, out);
        g_assert(!memcmp(out, data, len));
        g_assert(sel_sensor_type_name(record.event.sensor_type));
    }
}

static void try_event(const uint8_t *data, size_t len)
{
    ByteReader in = byte_reader(data, len);
    uint8_t out[7];
    ByteWriter w = byte_writer(out, sizeof(out));
    SelEvent event;

    if (sel_read_event(&in, &event)) {
        sel_write_event(&w, &event);
        g_assert(!w.failed && !memcmp(out, data, in.pos));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    try_record(data, len);
    try_event(data, len);
    return 0;
}
