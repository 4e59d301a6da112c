/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Platform Event Traps, byte by byte (checked by hand with tshark). */
#include "osdep.h"

#include "codec/pet.h"
#include "test-util.h"

#define GUID "00112233445546778899aabbccddeeff"
#define ENTERPRISE "0609 2b060104 01986f01 01"
#define BINDING "060a 2b060104 01986f01 0101"
#define LETTERS_62 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz" \
                   "abcdefghij"

typedef struct Built {
    uint8_t data[PET_TRAP_MAX];
    size_t len;
} Built;

static void build(Built *built, const PetTrap *trap)
{
    ByteWriter w = byte_writer(built->data, sizeof(built->data));

    pet_build(&w, trap);
    g_assert_false(w.failed);
    built->len = w.len;
}

static PetTrap sample(void)
{
    PetTrap trap = {
        .community = "public",
        .agent = { 192, 0, 2, 1 },
        .uptime = 0x1234,
        .guid = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x46, 0x77,
                  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff },
        .sequence = 0x0102,
        .timestamp = 0x03040506,
        .utc_offset = 0xffc4,
        .source = PET_SOURCE_SOFTWARE,
        .severity = 0x10,
        .sensor_device = 0x41,
        .sensor = 0x30,
        .sensor_type = 1,
        .event_type = 2,
        .offset = 9,
        .data = { 0x59, 0x11, 0x22 },
        .text = "Hello",
    };

    return trap;
}

static void test_bytes(void)
{
    PetTrap trap = sample();
    Built b;

    build(&b, &trap);
    test_assert_hex_equal(b.data, b.len,
        "3071 020100 0406 7075626c6963 a464 " ENTERPRISE
        "4004 c0000201 020106 0203 010209 4302 1234 3045 3043 " BINDING
        "0435 " GUID "0102 03040506 ffc4 20 10 10 41 30 00 00"
        "591122 0000000000 ff 00000000 0000 c5 48656c6c6f c1");
    /* Deassertion is bit 7 of the offset's byte; no string, nothing known. */
    trap.deassert = true;
    trap.sensor_type = 0;
    trap.event_type = 0;
    trap.offset = PET_OFFSET_UNSPECIFIED;
    trap.text = NULL;
    build(&b, &trap);
    test_assert_hex_equal(b.data, 45,
        "306a 020100 0406 7075626c6963 a45d " ENTERPRISE
        "4004 c0000201 020106 0202 008f 4302 1234 303f");
    test_assert_hex_equal(b.data + b.len - 16, 16,
        "591122 0000000000 ff 00000000 0000 c1");
}

/* From where lengths have two bytes; no length needs three. */
static void test_long(void)
{
    PetTrap trap = sample();
    Built b;

    memset(trap.community, 'c', PET_COMMUNITY_MAX);
    trap.uptime = UINT32_MAX;
    trap.sensor_type = 0xff;
    trap.text = LETTERS_62 "beyond";
    build(&b, &trap);
    test_assert_hex_equal(b.data, 67,
        "3081bb 020100 0412 636363636363636363636363636363636363 a481a1 "
        ENTERPRISE "4004 c0000201 020106 0204 00ff0209 4305 00ffffffff"
        "307e 307c 06");
    g_assert_cmpuint(b.len, ==, 3 + 0xbb);
    g_assert_cmpuint(b.data[b.len - 64], ==, 0xc0 | PET_TEXT_MAX);
    g_assert_cmpmem(b.data + b.len - 63, 62, LETTERS_62, 62);
    g_assert_cmpuint(b.data[b.len - 1], ==, 0xc1);
    /* The community need not be there. */
    trap.community[0] = 0;
    build(&b, &trap);
    test_assert_hex_equal(b.data, 11, "3081a9 020100 0400 a481a1");
}

/* The last length of one byte, and the first of two. */
static void test_boundary(void)
{
    PetTrap trap = sample();
    Built b;
    size_t len;

    for (len = 0; len <= PET_TEXT_MAX; len++) {
        g_autofree char *text = g_strndup(LETTERS_62, len);
        size_t shown = len == 1 ? 2 : len;
        size_t body = 3 + 8 + 2 + 100 - 6 + (shown ? shown + 1 : 0);

        trap.text = text;
        build(&b, &trap);
        /* The inner length takes a byte more from 128 on, too. */
        body += body - 13 >= 0x80;
        if (body < 0x80) {
            g_assert_cmpuint(b.len, ==, body + 2);
            g_assert_cmphex(b.data[1], ==, body);
        } else {
            g_assert_cmpuint(b.len, ==, body + 3);
            g_assert_cmphex(b.data[1], ==, 0x81);
            g_assert_cmphex(b.data[2], ==, body);
        }
    }
}

static void check_uptime(uint32_t uptime, const char *hex)
{
    PetTrap trap = sample();
    Built b;

    trap.uptime = uptime;
    build(&b, &trap);
    test_assert_hex_equal(b.data + 43 - 3, strlen(hex) / 2, hex);
}

/* As few bytes as there may be, and none that reads as negative. */
static void test_numbers(void)
{
    check_uptime(0, "430100");
    check_uptime(0x7f, "43017f");
    check_uptime(0x80, "43020080");
    check_uptime(0xff, "430200ff");
    check_uptime(0x7fff, "43027fff");
    check_uptime(0x8000, "4303008000");
    check_uptime(0x7fffff, "43037fffff");
    check_uptime(0x800000, "430400800000");
    check_uptime(0x7fffffff, "43047fffffff");
    check_uptime(0x80000000, "43050080000000");
}

/* One letter would be C1h, which ends the fields; a blank makes it two. */
static void test_letter(void)
{
    PetTrap trap = sample();
    Built b;

    trap.text = "x";
    build(&b, &trap);
    test_assert_hex_equal(b.data + b.len - 5, 5, "00 c2 7820 c1");
    trap.text = "";
    build(&b, &trap);
    test_assert_hex_equal(b.data + b.len - 2, 2, "00 c1");
}

static void test_source(void)
{
    static const struct {
        uint8_t generator;
        uint8_t source;
    } rows[] = {
        { 0x00, PET_SOURCE_IPMI },          /* a controller, odd as it is */
        { 0x20, PET_SOURCE_IPMI },          /* the BMC */
        { 0x01, PET_SOURCE_FIRMWARE },      /* BIOS: software id 00h-0Fh */
        { 0x1f, PET_SOURCE_FIRMWARE },
        { 0x21, PET_SOURCE_SMI_HANDLER },   /* 10h-1Fh */
        { 0x3f, PET_SOURCE_SMI_HANDLER },
        { 0x41, PET_SOURCE_SOFTWARE },      /* 20h-2Fh */
        { 0x5f, PET_SOURCE_SOFTWARE },
        { 0x40, PET_SOURCE_IPMI },          /* a controller */
        { 0x61, PET_SOURCE_IPMI },          /* OEM software */
        { 0x81, PET_SOURCE_IPMI },          /* remote console */
        { 0xff, PET_SOURCE_IPMI },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_assert_cmphex(pet_source(rows[i].generator), ==, rows[i].source);
    }
}

int main(int argc, char **argv)
{
    test_init(&argc, &argv);
    g_test_add_func("/pet/bytes", test_bytes);
    g_test_add_func("/pet/long", test_long);
    g_test_add_func("/pet/boundary", test_boundary);
    g_test_add_func("/pet/numbers", test_numbers);
    g_test_add_func("/pet/letter", test_letter);
    g_test_add_func("/pet/source", test_source);
    return g_test_run();
}
