/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of virtual media. */
#include "osdep.h"

#include "config-media.h"

#include "bmc/media.h"

static const char *const *split(const Config *config, ConfigKey key,
                                const char *delimiter)
{
    return (const char *const *)g_strsplit(config_get(config, key),
                                           delimiter, -1);
}

BmcMediaConfig *config_media_new(const Config *config)
{
    BmcMediaConfig *media = g_new0(BmcMediaConfig, 1);

    media->run_dir = config_get(config, CONFIG_RUN_DIR);
    media->folders = split(config, CONFIG_MEDIA_FOLDERS, ":");
    media->allow = split(config, CONFIG_MEDIA_ALLOW, ",");
    media->cache_dir = g_build_filename(config_get(config, CONFIG_STATE_DIR),
                                        "media", NULL);
    media->max_bytes = (uint64_t)config_get_number(
        config, CONFIG_MEDIA_CACHE_SIZE) << 20;
    media->images_dir = g_build_filename(
        config_get(config, CONFIG_STATE_DIR), "images", NULL);
    media->upload_bytes = (uint64_t)config_get_number(
        config, CONFIG_MEDIA_UPLOAD_SIZE) << 20;
    media->max_s = config_get_number(config, CONFIG_MEDIA_TIMEOUT);
    media->wait_s = config_get_number(config, CONFIG_MEDIA_WAIT);
    return media;
}

void config_media_free(BmcMediaConfig *media)
{
    g_strfreev((char **)media->folders);
    g_strfreev((char **)media->allow);
    g_free((char *)media->cache_dir);
    g_free((char *)media->images_dir);
    g_free(media);
}
