/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is told of media: in the helper's own log, in the BMC's, and as an
 * event of a drive slot (IPMI 2.0 table 42-3) in the System Event Log.
 */
#include "osdep.h"

#include "bmc/bmc-priv.h"
#include "bmc/event-source.h"
#include "bmc/journal.h"
#include "bmc/media-priv.h"
#include "util/log.h"

#define DRIVE_PRESENCE 0x00
#define DRIVE_FAULT 0x01
/* Both bytes that follow are ours: the kind of drive, and its number. */
#define HAS_OEM_BYTES 0xa0

char *media_shown_image(const char *image)
{
    g_autofree char *text = g_strndup(image ?: "", strcspn(image ?: "", "?#"));
    char *host = strstr(text, "://");
    char *at;

    if (host) {
        host += 3;
        at = memchr(host, '@', strcspn(host, "/"));
        if (at) {
            memmove(host, at + 1, strlen(at));
        }
    }
    return log_escape(text, -1, 256);
}

static void add_event(MediaSlot *slot, MediaEvent what, const char *text)
{
    const char *id = slot->pub.id;
    BmcEvent event = {
        .sensor = BMC_SENSOR_MEDIA,
        .sensor_type = BMC_SENSOR_TYPE_DRIVE_SLOT,
        .event_type = BMC_EVENT_SENSOR_SPECIFIC,
        .deassert = what == MEDIA_EVENT_EJECTED ||
                    what == MEDIA_EVENT_GUEST_EJECTED,
        .data = { HAS_OEM_BYTES | (what == MEDIA_EVENT_LOST ? DRIVE_FAULT
                                                            : DRIVE_PRESENCE),
                  slot->pub.kind, g_ascii_digit_value(id[strlen(id) - 1]) },
    };

    event_source_add(slot->bmc, &event, text);
}

void media_log(MediaSlot *slot, MediaEvent what, const char *why)
{
    static const char *const texts[] = {
        [MEDIA_EVENT_INSERTED] = "inserted",
        [MEDIA_EVENT_EJECTED] = "ejected",
        [MEDIA_EVENT_GUEST_EJECTED] = "ejected by the guest",
        [MEDIA_EVENT_LOST] = "lost",
        [MEDIA_EVENT_FAILED] = "not inserted",
    };
    g_autofree char *image = media_shown_image(slot->pub.image ?:
                                               slot->pub.name);
    g_autofree char *text = g_strdup_printf(
        "%s: %s%s%s%s%s", slot->pub.id, image, *image ? " " : "",
        texts[what], why ? ": " : "", why ?: "");

    g_message("media: %s", text);
    bmc_journal_note(slot->bmc, BMC_PART_MEDIA, text);
    if (what != MEDIA_EVENT_FAILED) {
        add_event(slot, what, text);
    }
}
