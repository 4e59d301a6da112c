/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The strict check of RFC 8259 that network bytes pass before json-glib sees
 * them.
 *
 * The check is one loop over tokens with a small stack. Member names of the
 * objects that are open are kept as slices of the text and compared when
 * their object closes, sorted: a hostile text cannot make that quadratic.
 */
#include "osdep.h"

#include <math.h>

#include "util/error.h"
#include "util/json.h"

/* Names in all objects that are open at once; bounds the memory. */
#define JSON_MAX_NAMES 4096

/* Digits of a number that are looked at to tell whether it fits a double. */
#define NUMBER_DIGITS 40

typedef enum Expect {
    EXPECT_VALUE,
    EXPECT_VALUE_OR_END,
    EXPECT_NAME,
    EXPECT_NAME_OR_END,
    EXPECT_COMMA_OR_END,
    EXPECT_NOTHING,
} Expect;

/* The text between the quotes, escapes included. */
typedef struct Name {
    const char *at;
    const char *end;
} Name;

typedef struct Level {
    bool is_object;
    unsigned first_name;
} Level;

typedef struct Checker {
    const char *text;
    const char *at;
    const char *end;
    Level levels[JSON_MAX_DEPTH];
    unsigned depth;
    Name *names;
    unsigned n_names;
    unsigned names_size;
    GError **errp;
} Checker;

static bool fail_at(Checker *c, const char *at, const char *what)
{
    g_set_error(c->errp, BMC_ERROR, BMC_ERROR_INVALID,
                "invalid JSON at byte %zu: %s", (size_t)(at - c->text), what);
    return false;
}

static bool fail(Checker *c, const char *what)
{
    return fail_at(c, c->at, what);
}

static bool fail_limit(Checker *c, const char *what)
{
    g_set_error(c->errp, BMC_ERROR, BMC_ERROR_LIMIT,
                "JSON at byte %zu: %s", (size_t)(c->at - c->text), what);
    return false;
}

static void skip_space(Checker *c)
{
    while (c->at < c->end && strchr(" \t\r\n", *c->at) && *c->at) {
        c->at++;
    }
}

/* Returns the value of four hexadecimal digits, or -1. */
static int hex4(const char *at, const char *end)
{
    int value = 0;
    int i;

    if (end - at < 4) {
        return -1;
    }
    for (i = 0; i < 4; i++) {
        int digit = g_ascii_xdigit_value(at[i]);

        if (digit < 0) {
            return -1;
        }
        value = value << 4 | digit;
    }
    return value;
}

static bool is_high_surrogate(int u)
{
    return u >= 0xd800 && u <= 0xdbff;
}

static bool is_low_surrogate(int u)
{
    return u >= 0xdc00 && u <= 0xdfff;
}

/* At the 'u' of an escape. */
static bool check_unicode_escape(Checker *c)
{
    int u = hex4(c->at + 1, c->end);

    if (u < 0) {
        return fail(c, "\\u needs four hexadecimal digits");
    }
    if (u == 0) {
        return fail(c, "U+0000 is not allowed");
    }
    if (is_low_surrogate(u)) {
        return fail(c, "surrogate without its first half");
    }
    c->at += 5;
    if (!is_high_surrogate(u)) {
        return true;
    }
    if (c->end - c->at < 2 || c->at[0] != '\\' || c->at[1] != 'u' ||
        !is_low_surrogate(hex4(c->at + 2, c->end))) {
        return fail(c, "surrogate without its second half");
    }
    c->at += 6;
    return true;
}

static bool check_escape(Checker *c)
{
    c->at++;
    if (c->at == c->end || !*c->at || !strchr("\"\\/bfnrtu", *c->at)) {
        return fail(c, "unknown escape");
    }
    if (*c->at == 'u') {
        return check_unicode_escape(c);
    }
    c->at++;
    return true;
}

/* At the opening quote; @name is set to what is between the quotes. */
static bool check_string(Checker *c, Name *name)
{
    c->at++;
    name->at = c->at;
    while (c->at < c->end && *c->at != '"') {
        uint8_t byte = *c->at;

        if (byte == '\\') {
            if (!check_escape(c)) {
                return false;
            }
        } else if (byte < 0x20) {
            return fail(c, "control character in a string");
        } else if (byte < 0x80) {
            c->at++;
        } else {
            gunichar u = g_utf8_get_char_validated(c->at, c->end - c->at);

            if (u == (gunichar)-1 || u == (gunichar)-2) {
                return fail(c, "not UTF-8");
            }
            c->at += g_unichar_to_utf8(u, NULL);
        }
    }
    if (c->at == c->end) {
        return fail(c, "string without end");
    }
    name->end = c->at;
    c->at++;
    return true;
}

/* Returns the next character of a checked name, or 0 at its end. */
static gunichar name_next(Name *name)
{
    static const char escapes[] = "b\bf\fn\nr\rt\t";
    const char *found;
    gunichar u;

    if (name->at == name->end) {
        return 0;
    }
    if (*name->at != '\\') {
        u = g_utf8_get_char(name->at);
        name->at = g_utf8_next_char(name->at);
        return u;
    }
    name->at += 2;
    if (name->at[-1] != 'u') {
        found = strchr(escapes, name->at[-1]);
        return found ? found[1] : name->at[-1];
    }
    u = hex4(name->at, name->end);
    name->at += 4;
    if (is_high_surrogate(u)) {
        u = 0x10000 + ((u & 0x3ff) << 10) +
            (hex4(name->at + 2, name->end) & 0x3ff);
        name->at += 6;
    }
    return u;
}

static int compare_names(const void *pa, const void *pb)
{
    Name a = *(const Name *)pa;
    Name b = *(const Name *)pb;
    gunichar ua, ub;

    do {
        ua = name_next(&a);
        ub = name_next(&b);
    } while (ua == ub && ua);
    return ua < ub ? -1 : ua > ub;
}

static bool add_name(Checker *c, const Name *name)
{
    if (c->n_names == c->names_size) {
        if (c->names_size == JSON_MAX_NAMES) {
            return fail_limit(c, "too many members");
        }
        c->names_size = c->names_size ? c->names_size * 2 : 32;
        c->names = g_renew(Name, c->names, c->names_size);
    }
    c->names[c->n_names++] = *name;
    return true;
}

static bool check_duplicates(Checker *c, unsigned first)
{
    unsigned n = c->n_names - first;
    Name *names;
    unsigned i;

    if (n < 2) {
        c->n_names = first;
        return true;
    }
    names = c->names + first;
    qsort(names, n, sizeof(*names), compare_names);
    for (i = 1; i < n; i++) {
        if (compare_names(&names[i - 1], &names[i]) == 0) {
            return fail_at(c, MAX(names[i - 1].at, names[i].at),
                           "duplicate member name");
        }
    }
    c->n_names = first;
    return true;
}

static bool skip_digits(Checker *c)
{
    const char *start = c->at;

    while (c->at < c->end && g_ascii_isdigit(*c->at)) {
        c->at++;
    }
    return c->at > start;
}

static bool at_char(Checker *c, const char *set)
{
    return c->at < c->end && *c->at && strchr(set, *c->at);
}

static bool fits_int64(const char *at, const char *end)
{
    bool negative = *at == '-';
    uint64_t max = (uint64_t)INT64_MAX + negative;
    uint64_t value = 0;

    for (at += negative; at < end; at++) {
        unsigned digit = *at - '0';

        if (value > (max - digit) / 10) {
            return false;
        }
        value = value * 10 + digit;
    }
    return true;
}

/*
 * Writes the number as 0.DIGITSe+EXPONENT with few digits, the last one
 * raised when some were cut, so that its length in the text does not matter.
 */
static bool fits_double(const char *at, const char *end, const char *exp)
{
    char buf[NUMBER_DIGITS + 32] = "0.";
    size_t n = 2;
    bool point = false;
    int64_t exponent = 0;
    int64_t written = 0;
    bool negative;

    for (; at < (exp ? exp : end); at++) {
        if (*at == '.') {
            point = true;
        } else if (*at != '-' && (n > 2 || *at != '0')) {
            exponent += !point;
            if (n < NUMBER_DIGITS + 2) {
                buf[n++] = *at;
            } else {
                buf[NUMBER_DIGITS + 1] = '9';
            }
        } else if (*at == '0') {
            exponent -= point;
        }
    }
    if (exp) {
        negative = exp[1] == '-';
        for (at = exp + 1; at < end; at++) {
            if (g_ascii_isdigit(*at) && written < INT64_MAX / 1000) {
                written = written * 10 + (*at - '0');
            }
        }
        exponent += negative ? -written : written;
    }
    exponent = CLAMP(exponent, -10000, 10000);
    g_snprintf(buf + n, sizeof(buf) - n, "e%d", (int)exponent);
    return n == 2 || isfinite(g_ascii_strtod(buf, NULL));
}

static bool check_number(Checker *c)
{
    const char *start = c->at;
    const char *exp = NULL;
    bool integer = true;

    if (*c->at == '-') {
        c->at++;
    }
    if (at_char(c, "0")) {
        c->at++;
    } else if (!skip_digits(c)) {
        return fail(c, "expected a digit");
    }
    if (at_char(c, ".")) {
        integer = false;
        c->at++;
        if (!skip_digits(c)) {
            return fail(c, "expected a digit");
        }
    }
    if (at_char(c, "eE")) {
        integer = false;
        exp = c->at++;
        if (at_char(c, "+-")) {
            c->at++;
        }
        if (!skip_digits(c)) {
            return fail(c, "expected a digit");
        }
    }
    if (integer ? !fits_int64(start, c->at) :
        !fits_double(start, c->at, exp)) {
        return fail_at(c, start, "number out of range");
    }
    return true;
}

static bool check_word(Checker *c)
{
    static const char *const words[] = { "true", "false", "null" };
    size_t left = c->end - c->at;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t len = strlen(words[i]);

        if (left >= len && memcmp(c->at, words[i], len) == 0) {
            c->at += len;
            return true;
        }
    }
    return fail(c, "expected a value");
}

static bool check_name(Checker *c)
{
    Name name;

    if (*c->at != '"') {
        return fail(c, "expected a member name");
    }
    if (!check_string(c, &name) || !add_name(c, &name)) {
        return false;
    }
    skip_space(c);
    if (!at_char(c, ":")) {
        return fail(c, "expected ':'");
    }
    c->at++;
    return true;
}

static Expect after_value(const Checker *c)
{
    return c->depth ? EXPECT_COMMA_OR_END : EXPECT_NOTHING;
}

static bool open_level(Checker *c, bool is_object)
{
    if (c->depth == JSON_MAX_DEPTH) {
        return fail_limit(c, "nested too deeply");
    }
    c->levels[c->depth].is_object = is_object;
    c->levels[c->depth].first_name = c->n_names;
    c->depth++;
    c->at++;
    return true;
}

static bool close_level(Checker *c, Expect *expect)
{
    const Level *level = &c->levels[c->depth - 1];

    if (level->is_object && !check_duplicates(c, level->first_name)) {
        return false;
    }
    c->depth--;
    c->at++;
    *expect = after_value(c);
    return true;
}

static bool check_value(Checker *c, Expect *expect)
{
    bool is_object = *c->at == '{';
    Name ignored;
    bool ok;

    if (is_object || *c->at == '[') {
        *expect = is_object ? EXPECT_NAME_OR_END : EXPECT_VALUE_OR_END;
        return open_level(c, is_object);
    }
    if (*c->at == '"') {
        ok = check_string(c, &ignored);
    } else if (*c->at == '-' || g_ascii_isdigit(*c->at)) {
        ok = check_number(c);
    } else {
        ok = check_word(c);
    }
    *expect = after_value(c);
    return ok;
}

static bool check_comma(Checker *c, Expect *expect)
{
    bool is_object = c->levels[c->depth - 1].is_object;

    if (*c->at != ',') {
        return fail(c, is_object ? "expected ',' or '}'" :
                    "expected ',' or ']'");
    }
    c->at++;
    *expect = is_object ? EXPECT_NAME : EXPECT_VALUE;
    return true;
}

/* One step; there is at least one byte, which is not white space. */
static bool check_token(Checker *c, Expect *expect)
{
    bool may_end = *expect == EXPECT_COMMA_OR_END ||
                   *expect == EXPECT_NAME_OR_END ||
                   *expect == EXPECT_VALUE_OR_END;

    if (may_end &&
        *c->at == (c->levels[c->depth - 1].is_object ? '}' : ']')) {
        return close_level(c, expect);
    }
    switch (*expect) {
    case EXPECT_NAME:
    case EXPECT_NAME_OR_END:
        *expect = EXPECT_VALUE;
        return check_name(c);
    case EXPECT_VALUE:
    case EXPECT_VALUE_OR_END:
        return check_value(c, expect);
    case EXPECT_COMMA_OR_END:
        return check_comma(c, expect);
    default:
        return fail(c, "bytes after the value");
    }
}

bool json_check(const char *text, size_t len, GError **errp)
{
    Checker c = { .text = text, .at = text, .end = text + len, .errp = errp };
    Expect expect = EXPECT_VALUE;
    bool ok = true;

    skip_space(&c);
    while (ok && c.at < c.end) {
        ok = check_token(&c, &expect);
        skip_space(&c);
    }
    if (ok && expect != EXPECT_NOTHING) {
        ok = fail(&c, "unexpected end");
    }
    g_free(c.names);
    return ok;
}
