/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reader of request heads. libsoup's skips lines that it does not like and
 * takes the last of several Content-Length fields, so a proxy in front of us
 * could see other requests than we do.
 */
#include "osdep.h"

#include "redfish/http-head.h"

#include "util/secret.h"

static bool is_token_char(char c)
{
    return g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *text)
{
    const char *p;

    for (p = text; *p; p++) {
        if (!is_token_char(*p)) {
            return false;
        }
    }
    return p > text;
}

/* The value of "%XY" at @p, or -1. */
static int percent_value(const char *p)
{
    int high = g_ascii_xdigit_value(p[1]);
    int low = high < 0 ? -1 : g_ascii_xdigit_value(p[2]);

    return low < 0 ? -1 : high * 16 + low;
}

/* Only printable ASCII, complete percent-encoding, and no encoded NUL. */
static bool is_sound_target(const char *text)
{
    const char *p;

    for (p = text; *p; p++) {
        if (*p <= ' ' || *p >= 0x7f || *p == '#') {
            return false;
        }
        if (*p == '%' && percent_value(p) <= 0) {
            return false;
        }
    }
    return true;
}

/* Returns true for "." and "..", also in percent-encoding. */
static bool is_dot_segment(const char *segment, size_t len)
{
    unsigned dots = 0;
    size_t i;

    for (i = 0; i < len; i++, dots++) {
        if (segment[i] == '.') {
            continue;
        }
        if (segment[i] != '%' || percent_value(segment + i) != '.') {
            return false;
        }
        i += 2;
    }
    return dots == 1 || dots == 2;
}

static bool has_dot_segment(const char *path)
{
    while (*path == '/') {
        size_t len = strcspn(++path, "/");

        if (is_dot_segment(path, len)) {
            return true;
        }
        path += len;
    }
    return false;
}

/* Skips "http://authority" of the absolute form. */
static char *skip_authority(char *target)
{
    char *host;

    if (g_ascii_strncasecmp(target, "http://", 7) == 0) {
        host = target + 7;
    } else if (g_ascii_strncasecmp(target, "https://", 8) == 0) {
        host = target + 8;
    } else {
        return NULL;
    }
    return strcspn(host, "/?") ? host + strcspn(host, "/?") : NULL;
}

static unsigned parse_target(HttpHead *head, char *target)
{
    char *mark;

    if (!is_sound_target(target)) {
        return 400;
    }
    if (strcmp(target, "*") == 0) {
        head->path = target;
        return strcmp(head->method, "OPTIONS") == 0 ? 0 : 400;
    }
    if (*target != '/') {
        target = skip_authority(target);
        if (!target) {
            return 400;
        }
    }
    mark = strchr(target, '?');
    if (mark) {
        *mark = '\0';
        head->query = mark + 1;
    }
    /* "http://host?query" has an empty path, which means "/". */
    head->path = *target ? target : "/";
    return has_dot_segment(head->path) ? 400 : 0;
}

static unsigned parse_version(HttpHead *head, const char *version)
{
    if (strncmp(version, "HTTP/", 5) != 0 || !g_ascii_isdigit(version[5]) ||
        version[6] != '.' || !g_ascii_isdigit(version[7]) || version[8]) {
        return 400;
    }
    if (version[5] != '1') {
        return 505;
    }
    /* A minor version above ours is answered with ours. */
    head->minor = version[7] == '0' ? 0 : 1;
    return 0;
}

static unsigned parse_request_line(HttpHead *head, char *line)
{
    char *target = strchr(line, ' ');
    char *version = target ? strchr(target + 1, ' ') : NULL;
    unsigned status;

    if (!version) {
        return 400;
    }
    *target++ = '\0';
    *version++ = '\0';
    status = parse_version(head, version);
    if (status) {
        return status;
    }
    head->method = line;
    if (!is_token(line)) {
        return 400;
    }
    if (strcmp(line, "CONNECT") == 0) {
        return 501;
    }
    return parse_target(head, target);
}

static unsigned parse_field(HttpHead *head, char *line)
{
    char *colon = strchr(line, ':');
    char *value;
    char *p;

    if (!colon) {
        return 400;
    }
    *colon = '\0';
    if (!is_token(line)) {
        /* Also white space before the colon and folded lines. */
        return 400;
    }
    value = colon + 1;
    for (p = value; *p; p++) {
        if (g_ascii_iscntrl(*p) && *p != '\t') {
            return 400;
        }
    }
    if (head->n_fields == HTTP_HEAD_MAX_FIELDS) {
        return 431;
    }
    head->fields[head->n_fields++] = (HttpField) {
        .name = line,
        .value = g_strstrip(value),
    };
    return 0;
}

/* Returns true if a comma-separated list has @token. */
static bool list_has(const char *list, const char *token)
{
    g_auto(GStrv) items = g_strsplit(list, ",", -1);
    unsigned i;

    for (i = 0; items[i]; i++) {
        if (g_ascii_strcasecmp(g_strstrip(items[i]), token) == 0) {
            return true;
        }
    }
    return false;
}

/* The only field of a name; sets *status to 400 if there are several. */
static const char *single_field(const HttpHead *head, const char *name,
                                unsigned *status)
{
    int i = http_head_find(head, name, 0);

    if (i < 0) {
        return NULL;
    }
    if (http_head_find(head, name, i + 1) >= 0) {
        *status = 400;
    }
    return head->fields[i].value;
}

static bool is_sound_host(const char *host)
{
    return strspn(host, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-._~%!$&'()*+,;=:[]") == strlen(host);
}

/* RFC 9112 section 6.3: how long the body is. */
static unsigned check_framing(HttpHead *head)
{
    unsigned status = 0;
    const char *length = single_field(head, "Content-Length", &status);
    const char *coding = single_field(head, "Transfer-Encoding", &status);

    if (status || (length && coding)) {
        return 400;
    }
    if (coding) {
        if (head->minor == 0) {
            return 400;
        }
        if (g_ascii_strcasecmp(coding, "chunked") != 0) {
            return 501;
        }
        head->chunked = true;
    }
    if (length) {
        size_t digits = strspn(length, "0123456789");

        /* 18 digits always fit. */
        if (!digits || length[digits] || digits > 18) {
            return 400;
        }
        head->content_length = g_ascii_strtoull(length, NULL, 10);
    }
    return 0;
}

static unsigned check_fields(HttpHead *head)
{
    unsigned status = check_framing(head);
    const char *host;
    const char *expect;
    int i;

    if (status) {
        return status;
    }
    host = single_field(head, "Host", &status);
    if (status || (!host && head->minor) || (host && !is_sound_host(host))) {
        return 400;
    }
    expect = single_field(head, "Expect", &status);
    if (expect && head->minor) {
        if (status || g_ascii_strcasecmp(expect, "100-continue") != 0) {
            return 417;
        }
        head->expect_continue = head->chunked || head->content_length;
    }
    head->close = head->minor == 0;
    for (i = http_head_find(head, "Connection", 0); i >= 0;
         i = http_head_find(head, "Connection", i + 1)) {
        head->close = head->close || list_has(head->fields[i].value, "close");
    }
    return 0;
}

static unsigned parse_lines(HttpHead *head, size_t len)
{
    char *line = head->text;
    bool first = true;
    unsigned status;

    if (memchr(line, '\0', len)) {
        return 400;
    }
    for (;;) {
        char *end = strchr(line, '\n');
        char *next = end + 1;

        if (end > line && end[-1] == '\r') {
            end--;
        }
        *end = '\0';
        if (end == line) {
            return first ? 400 : check_fields(head);
        }
        status = first ? parse_request_line(head, line)
                       : parse_field(head, line);
        if (status) {
            return status;
        }
        first = false;
        line = next;
    }
}

size_t http_head_end(const uint8_t *buf, size_t len, size_t scanned)
{
    /* Up to "\n\r" may have been seen already. */
    const uint8_t *from = buf + (scanned > 2 ? scanned - 2 : 0);
    const uint8_t *end = buf + len;
    const uint8_t *lf;

    for (lf = memchr(from, '\n', end - from); lf;
         lf = memchr(lf + 1, '\n', end - lf - 1)) {
        const uint8_t *next = lf + 1;

        if (next < end && *next == '\r') {
            next++;
        }
        if (next < end && *next == '\n') {
            return next + 1 - buf;
        }
    }
    return 0;
}

HttpHead *http_head_parse(const uint8_t *buf, size_t len, unsigned *status)
{
    g_autoptr(HttpHead) head = g_new0(HttpHead, 1);

    head->text = g_strndup((const char *)buf, len);
    head->len = len;
    /* g_strndup() pads with NULs, so that they are found there. */
    *status = parse_lines(head, len);
    return *status ? NULL : g_steal_pointer(&head);
}

void http_head_free(HttpHead *head)
{
    if (head) {
        /* There may be a password in it. */
        secret_wipe(head->text, head->len);
        g_free(head->text);
        g_free(head);
    }
}

int http_head_find(const HttpHead *head, const char *name, unsigned from)
{
    unsigned i;

    for (i = from; i < head->n_fields; i++) {
        if (g_ascii_strcasecmp(head->fields[i].name, name) == 0) {
            return i;
        }
    }
    return -1;
}
