/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A parser of forms. libsoup's SoupMultipart wants the whole body in memory,
 * and in 3.2 it can read past its end.
 */
#include "osdep.h"

#include "redfish/http-multipart.h"

/* RFC 2046 section 5.1.1 */
#define BOUNDARY_MAX 70
/* Before the first part and after the last there is usually nothing. */
#define MARGIN_MAX 1024
/* Blanks that may follow a boundary in its line */
#define PADDING_MAX 64

typedef enum Step {
    STEP_PREAMBLE,
    STEP_LINE,
    STEP_HEAD,
    STEP_BLANK,
    STEP_DATA,
    STEP_EPILOGUE,
} Step;

/*
 * HttpMultipart: see the header.
 *
 * @delimiter: CRLF, two dashes and the boundary
 * @held: what was received and is not used yet
 * @margin: bytes of preamble or epilogue
 * @parts: that have begun
 */
struct HttpMultipart {
    const HttpMultipartFuncs *funcs;
    void *opaque;
    char *delimiter;
    size_t delimiter_len;
    GByteArray *held;
    Step step;
    HttpMultipartState state;
    size_t margin;
    unsigned parts;
};

static bool is_token_char(char c)
{
    return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* A token or a quoted text; NULL if it is neither. */
static char *take_value(const char **at)
{
    g_autoptr(GString) value = g_string_new(NULL);
    const char *s = *at;

    if (*s != '"') {
        while (is_token_char(*s)) {
            g_string_append_c(value, *s++);
        }
        *at = s;
        return value->len ? g_strdup(value->str) : NULL;
    }
    for (s++; *s && *s != '"'; s++) {
        s += *s == '\\' && s[1];
        g_string_append_c(value, *s);
    }
    if (*s != '"') {
        return NULL;
    }
    *at = s + 1;
    return g_strdup(value->str);
}

/*
 * Reads "type; name=value; name=\"value\"". Parameters that @names has are
 * put at the same place of @values; one may not be there twice.
 */
static bool parse_value(const char *text, const char *type,
                        const char *const *names, char **values)
{
    const char *at = skip_blanks(text);

    if (g_ascii_strncasecmp(at, type, strlen(type))) {
        return false;
    }
    at = skip_blanks(at + strlen(type));
    while (*at == ';') {
        g_autofree char *name = NULL;
        g_autofree char *value = NULL;
        unsigned i;

        at = skip_blanks(at + 1);
        name = is_token_char(*at) ? take_value(&at) : NULL;
        if (!name || *at != '=') {
            return false;
        }
        at++;
        value = take_value(&at);
        if (!value) {
            return false;
        }
        at = skip_blanks(at);
        for (i = 0; names[i]; i++) {
            if (g_ascii_strcasecmp(names[i], name)) {
                continue;
            }
            if (values[i]) {
                return false;
            }
            values[i] = g_steal_pointer(&value);
            break;
        }
    }
    return *at == '\0';
}

static bool boundary_fits(const char *boundary)
{
    size_t len = boundary ? strlen(boundary) : 0;
    size_t i;

    for (i = 0; i < len; i++) {
        if (!g_ascii_isalnum(boundary[i]) &&
            !strchr("'()+_,-./:=? ", boundary[i])) {
            return false;
        }
    }
    return len && len <= BOUNDARY_MAX && boundary[len - 1] != ' ';
}

HttpMultipart *http_multipart_new(const char *type,
                                  const HttpMultipartFuncs *funcs,
                                  void *opaque)
{
    static const char *const names[] = { "boundary", NULL };
    g_autofree char *boundary = NULL;
    HttpMultipart *multipart;
    char *values[] = { NULL };
    bool fits;

    fits = type && parse_value(type, "multipart/form-data", names, values);
    boundary = values[0];
    if (!fits || !boundary_fits(boundary)) {
        return NULL;
    }
    multipart = g_new0(HttpMultipart, 1);
    multipart->funcs = funcs;
    multipart->opaque = opaque;
    multipart->delimiter = g_strconcat("\r\n--", boundary, NULL);
    multipart->delimiter_len = strlen(multipart->delimiter);
    multipart->held = g_byte_array_new();
    /* The first one need not follow the end of a line. */
    g_byte_array_append(multipart->held, (const uint8_t *)"\r\n", 2);
    return multipart;
}

void http_multipart_free(HttpMultipart *multipart)
{
    if (multipart) {
        g_byte_array_unref(multipart->held);
        g_free(multipart->delimiter);
        g_free(multipart);
    }
}

HttpMultipartState http_multipart_state(const HttpMultipart *multipart)
{
    return multipart->state;
}

static size_t fail(HttpMultipart *m)
{
    m->state = HTTP_MULTIPART_BAD;
    return 0;
}

/*
 * The steps: each looks at what is held from @data on and returns how much of
 * it is used up; 0 if it needs more.
 */

/* Bytes before the delimiter, or those that cannot be part of one. */
static size_t before_delimiter(const HttpMultipart *m, const uint8_t *data,
                               size_t len, bool *found)
{
    const uint8_t *at = memmem(data, len, m->delimiter, m->delimiter_len);

    *found = at;
    if (at) {
        return at - data;
    }
    return len >= m->delimiter_len ? len - (m->delimiter_len - 1) : 0;
}

static size_t step_preamble(HttpMultipart *m, const uint8_t *data,
                            size_t len)
{
    bool found;
    size_t n = before_delimiter(m, data, len, &found);

    m->margin += n;
    if (m->margin > MARGIN_MAX) {
        return fail(m);
    }
    if (found) {
        m->step = STEP_LINE;
        n += m->delimiter_len;
    }
    return n;
}

/* What follows a delimiter in its line: "--" after the last part. */
static size_t step_line(HttpMultipart *m, const uint8_t *data, size_t len)
{
    size_t n = 0;

    if (len >= 2 && data[0] == '-' && data[1] == '-') {
        m->step = STEP_EPILOGUE;
        m->margin = 0;
        m->state = HTTP_MULTIPART_DONE;
        return 2;
    }
    if (len == 1 && data[0] == '-') {
        return 0;
    }
    while (n < len && (data[n] == ' ' || data[n] == '\t')) {
        n++;
    }
    if (n > PADDING_MAX || (n < len && data[n] != '\r') ||
        (n + 1 < len && data[n + 1] != '\n')) {
        return fail(m);
    }
    if (n + 1 >= len) {
        return 0;
    }
    m->step = STEP_HEAD;
    return n + 2;
}

static bool take_disposition(const char *text, HttpMultipartPart *part)
{
    static const char *const names[] = { "name", "filename", NULL };
    char *values[] = { NULL, NULL };
    bool ok = !part->name &&
              parse_value(text, "form-data", names, values) && values[0];

    if (ok) {
        part->name = values[0];
        part->filename = values[1];
        return true;
    }
    g_free(values[0]);
    g_free(values[1]);
    return false;
}

static bool take_field(const char *line, HttpMultipartPart *part)
{
    const char *colon = strchr(line, ':');
    g_autofree char *name = NULL;
    const char *at;

    if (!colon || colon == line) {
        return false;
    }
    for (at = line; at < colon; at++) {
        if (!is_token_char(*at)) {
            return false;
        }
    }
    name = g_strndup(line, colon - line);
    if (!g_ascii_strcasecmp(name, "Content-Disposition")) {
        return take_disposition(colon + 1, part);
    }
    if (!g_ascii_strcasecmp(name, "Content-Type")) {
        if (part->type) {
            return false;
        }
        part->type = g_strstrip(g_strdup(colon + 1));
    }
    return true;
}

static void part_clear(HttpMultipartPart *part)
{
    g_free(part->name);
    g_free(part->filename);
    g_free(part->type);
}

/* @head: all lines with their ends, but for the empty one */
static bool take_head(const uint8_t *head, size_t len,
                      HttpMultipartPart *part)
{
    g_autofree char *text = g_strndup((const char *)head, len);
    g_auto(GStrv) lines = NULL;
    size_t i;

    for (i = 0; i < len; i++) {
        if (head[i] == 0x7f ||
            (head[i] < ' ' && !strchr("\t\r\n", head[i] ? head[i] : 'x'))) {
            return false;
        }
    }
    lines = g_strsplit(text, "\r\n", -1);
    for (i = 0; lines[i] && *lines[i]; i++) {
        if (strpbrk(lines[i], "\r\n") || !take_field(lines[i], part)) {
            return false;
        }
    }
    return part->name && g_utf8_validate(part->name, -1, NULL) &&
           (!part->filename || g_utf8_validate(part->filename, -1, NULL));
}

static size_t step_head(HttpMultipart *m, const uint8_t *data, size_t len)
{
    static const char end[] = "\r\n\r\n";
    const uint8_t *at = memmem(data, len, end, strlen(end));
    size_t n = at ? (size_t)(at - data) + 2 : len;
    HttpMultipartPart part = { 0 };
    bool ok;

    if (n > HTTP_MULTIPART_HEAD_MAX ||
        (len >= 2 && memcmp(data, end, 2) == 0)) {
        return fail(m);
    }
    if (!at) {
        return 0;
    }
    ok = ++m->parts <= HTTP_MULTIPART_PARTS_MAX &&
         take_head(data, n, &part);
    if (!ok) {
        m->state = HTTP_MULTIPART_BAD;
    } else if (!m->funcs->begin(&part, m->opaque)) {
        m->state = HTTP_MULTIPART_STOPPED;
    }
    part_clear(&part);
    m->step = STEP_BLANK;
    return n;
}

/*
 * The empty line after the head. Where a part has no content, its end may be
 * that which belongs to the next delimiter.
 */
static size_t step_blank(HttpMultipart *m, const uint8_t *data, size_t len)
{
    if (memcmp(data, m->delimiter, MIN(len, m->delimiter_len))) {
        m->step = STEP_DATA;
        return strlen("\r\n");
    }
    if (len < m->delimiter_len) {
        return 0;
    }
    if (!m->funcs->end(m->opaque)) {
        m->state = HTTP_MULTIPART_STOPPED;
    }
    m->step = STEP_LINE;
    return m->delimiter_len;
}

static size_t step_data(HttpMultipart *m, const uint8_t *data, size_t len)
{
    bool found;
    size_t n = before_delimiter(m, data, len, &found);

    if (n && !m->funcs->data(data, n, m->opaque)) {
        m->state = HTTP_MULTIPART_STOPPED;
        return n;
    }
    if (found) {
        if (!m->funcs->end(m->opaque)) {
            m->state = HTTP_MULTIPART_STOPPED;
        }
        m->step = STEP_LINE;
        n += m->delimiter_len;
    }
    return n;
}

static size_t step_epilogue(HttpMultipart *m, const uint8_t *data,
                            size_t len)
{
    m->margin += len;
    if (m->margin > MARGIN_MAX) {
        return fail(m);
    }
    return len;
}

static size_t step(HttpMultipart *m, const uint8_t *data, size_t len)
{
    switch (m->step) {
    case STEP_PREAMBLE:
        return step_preamble(m, data, len);
    case STEP_LINE:
        return step_line(m, data, len);
    case STEP_HEAD:
        return step_head(m, data, len);
    case STEP_BLANK:
        return step_blank(m, data, len);
    case STEP_DATA:
        return step_data(m, data, len);
    default:
        return step_epilogue(m, data, len);
    }
}

HttpMultipartState http_multipart_feed(HttpMultipart *m, const uint8_t *data,
                                       size_t len)
{
    size_t at = 0;
    size_t n = 1;

    if (m->state == HTTP_MULTIPART_BAD ||
        m->state == HTTP_MULTIPART_STOPPED) {
        return m->state;
    }
    g_byte_array_append(m->held, data, len);
    while (n && at < m->held->len &&
           (m->state == HTTP_MULTIPART_MORE ||
            m->state == HTTP_MULTIPART_DONE)) {
        n = step(m, m->held->data + at, m->held->len - at);
        at += n;
    }
    g_byte_array_remove_range(m->held, 0, at);
    return m->state;
}
