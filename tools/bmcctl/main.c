/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bmcctl: what people want from a BMC. */
#include "osdep.h"

#include <locale.h>
#include <stdio.h>

#include "commands.h"
#include "util/error.h"

#define ARGS_MAX 2

static CtlOptions options;
static gboolean opt_version;

static const GOptionEntry entries[] = {
    { "name", 'n', 0, G_OPTION_ARG_STRING, &options.name,
      "Name of the BMC on this host (BMC_NAME, else 1)", "NAME" },
    { "run-dir", 0, 0, G_OPTION_ARG_FILENAME, &options.run_dir,
      "Its run directory (BMC_RUN_DIR, else by its name)", "DIR" },
    { "url", 0, 0, G_OPTION_ARG_STRING, &options.url,
      "A BMC elsewhere, such as https://192.0.2.1", "URL" },
    { "user", 'u', 0, G_OPTION_ARG_STRING, &options.user,
      "Who logs in there (the password is that of BMC_PASSWORD, or asked "
      "for)", "NAME" },
    { "ca", 0, 0, G_OPTION_ARG_FILENAME, &options.ca,
      "Certificates that are trusted, instead of the system's", "FILE" },
    { "cert", 0, 0, G_OPTION_ARG_FILENAME, &options.cert,
      "Show the certificate in there, with its key, instead of a password",
      "FILE" },
    { "password-file", 0, 0, G_OPTION_ARG_FILENAME, &options.password_file,
      "File whose first line is the password", "FILE" },
    { "insecure", 'k', 0, G_OPTION_ARG_NONE, &options.insecure,
      "Do not look at its certificate", NULL },
    { "timeout", 0, 0, G_OPTION_ARG_INT, &options.timeout_s,
      "How long an answer may take (30)", "SECONDS" },
    { "json", 'j', 0, G_OPTION_ARG_NONE, &options.json,
      "Print what the BMC answers, as JSON", NULL },
    { "version", 'V', 0, G_OPTION_ARG_NONE, &opt_version,
      "Print the version and exit", NULL },
    { NULL }
};

static const CtlCommand *const tables[] = {
    ctl_system_commands, ctl_guest_commands, ctl_media_commands,
    ctl_user_commands, ctl_log_commands, ctl_sensor_commands,
    ctl_network_commands, ctl_cert_commands, ctl_secure_boot_commands,
    ctl_firmware_commands, NULL,
};

static void say(const char *text)
{
    fprintf(stderr, "bmcctl: %s\n", text);
}

/* How many arguments a command takes: those in brackets are optional. */
static void count_args(const char *args, unsigned *min, unsigned *max)
{
    g_auto(GStrv) names = g_strsplit(args, " ", -1);
    unsigned i;

    *min = *max = 0;
    for (i = 0; names[i] && *names[i]; i++) {
        *min += names[i][0] != '[';
        (*max)++;
    }
}

static bool matches(const CtlCommand *command, int argc, char **argv,
                    unsigned *n_words)
{
    g_auto(GStrv) words = g_strsplit(command->words, " ", -1);
    unsigned i, n = g_strv_length(words), min, max;

    if ((unsigned)argc < n) {
        return false;
    }
    for (i = 0; i < n; i++) {
        if (!g_str_equal(words[i], argv[i])) {
            return false;
        }
    }
    count_args(command->args, &min, &max);
    g_assert(max <= ARGS_MAX);
    *n_words = n;
    return argc - n >= min && argc - n <= max;
}

static const CtlCommand *find_command(int argc, char **argv,
                                      unsigned *n_words)
{
    const CtlCommand *const *table;
    const CtlCommand *command;

    for (table = tables; *table; table++) {
        for (command = *table; command->words; command++) {
            if (matches(command, argc, argv, n_words)) {
                return command;
            }
        }
    }
    return NULL;
}

/* What can follow a first word that there is, or NULL. */
static char *usage_of(const char *word)
{
    GString *text = g_string_new("it is one of:");
    const CtlCommand *const *table;
    const CtlCommand *command;
    size_t len = strlen(word);
    bool any = false;

    for (table = tables; *table; table++) {
        for (command = *table; command->words; command++) {
            if (strncmp(command->words, word, len) == 0 &&
                (!command->words[len] || command->words[len] == ' ')) {
                any = true;
                g_string_append_printf(text, "\n  bmcctl %s%s%s",
                                       command->words,
                                       *command->args ? " " : "",
                                       command->args);
            }
        }
    }
    return g_string_free(text, !any);
}

static char *summary(void)
{
    GString *text = g_string_new("Commands:");
    const CtlCommand *const *table;
    const CtlCommand *command;

    for (table = tables; *table; table++) {
        for (command = *table; command->words; command++) {
            g_autofree char *usage = g_strdup_printf(
                "%s %s", command->words, command->args);

            g_string_append_printf(text, "\n  %-32s %s", usage,
                                   command->about);
        }
    }
    return g_string_free(text, FALSE);
}

static bool parse_options(int *argc, char ***argv, GError **errp)
{
    g_autoptr(GOptionContext) context = g_option_context_new("COMMAND");
    g_autofree char *text = summary();

    g_option_context_set_summary(context, text);
    g_option_context_set_description(context,
        "The exit code is 0, 1 when the BMC cannot be reached or refuses,\n"
        "or 2 for wrong options.\n\n"
        "Examples:\n"
        "  bmcctl boot set pxe\n"
        "  bmcctl power cycle\n"
        "  bmcctl --url https://192.0.2.1 -u admin --json status");
    g_option_context_add_main_entries(context, entries, NULL);
    /* What follows the command may begin with a dash: a negative number. */
    g_option_context_set_strict_posix(context, TRUE);
    return g_option_context_parse(context, argc, argv, errp);
}

static bool run(const CtlCommand *command, char **args, GError **errp)
{
    g_autoptr(Ctl) ctl = ctl_new(&options, errp);

    return ctl && command->run(ctl, command->data, args, errp);
}

/* An option behind the command is no option: that of a number could be. */
static bool is_option(const char *text)
{
    return text[0] == '-' && (text[1] == '-' || g_ascii_isalpha(text[1]));
}

static void complain(int argc, char **argv)
{
    g_autofree char *usage = argc > 1 ? usage_of(argv[1]) : NULL;
    int i;

    say(argc <= 1 ? "what is it to do? (try --help)" :
        usage ? usage : "no such command (try --help)");
    for (i = 1; i < argc; i++) {
        if (is_option(argv[i])) {
            g_autofree char *hint = g_strdup_printf(
                "options come before the command: bmcctl %s ...", argv[i]);

            say(hint);
            return;
        }
    }
}

int main(int argc, char **argv)
{
    g_autoptr(GError) err = NULL;
    const CtlCommand *command;
    unsigned n_words = 0;

    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C");
    if (!parse_options(&argc, &argv, &err)) {
        g_autofree char *text = g_strconcat(err->message, " (try --help)",
                                            NULL);

        say(text);
        return 2;
    }
    if (opt_version) {
        printf("bmcctl %s\n", QEMU_BMC_VERSION);
        return 0;
    }
    if (options.timeout_s < 0) {
        say("--timeout must not be negative");
        return 2;
    }
    command = find_command(argc - 1, argv + 1, &n_words);
    if (!command) {
        complain(argc, argv);
        return 2;
    }
    if (!run(command, argv + 1 + n_words, &err)) {
        say(err->message);
        return g_error_matches(err, BMC_ERROR, BMC_ERROR_USAGE) ? 2 : 1;
    }
    return 0;
}
