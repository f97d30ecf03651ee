package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.project.ServeDefinition.Token;
import dev.keelson.project.Value.Entry;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads {@code alerts}: what a channel is, its keys tell. One whose variables are empty is turned off. */
final class AlertsSection {
    /** The kinds of alerts that there are. */
    static final List<String> KINDS = List.of(
            "drift", "decay", "failure", "promotion", "rejection", "approval", "suggestion", "retraining");

    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s/?#]+\\S*");
    private static final Pattern SMTP = Pattern.compile("smtps?://(?:[^\\s/@]+@)?[^\\s/:@]+(?::[0-9]{1,5})?/?");
    private static final Pattern MAILBOX = Pattern.compile("[^\\s@<>]+@[^\\s@<>]+");
    private static final String NOBODY = "keelson@localhost";

    private final Problems problems;
    private final List<ChannelDefinition> channels = new ArrayList<>();

    AlertsSection(Problems problems) {
        this.problems = problems;
    }

    List<ChannelDefinition> read(Table project) {
        for (Entry entry : project.entriesOf("alerts")) {
            if (entry.value() instanceof Table table) {
                channel(entry, table);
            }
        }
        return channels;
    }

    private void channel(Entry entry, Table table) {
        Set<String> kinds = new LinkedHashSet<>();
        table.scalars("on").forEach(each -> kinds.add(each.text()));
        boolean telegram = table.entries().containsKey("token");
        boolean webhook = table.entries().containsKey("webhook");
        boolean mail = table.entries().containsKey("smtp");
        if (Stream.of(telegram, webhook, mail).filter(each -> each).count() != 1) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    entry.location(),
                    "what the channel `alerts.%s` is cannot be told: exactly one of `token` (Telegram), `webhook` and `smtp` was expected"
                            .formatted(entry.name()),
                    null);
            return;
        }
        if (telegram) {
            only(entry, table, Set.of("token", "chat", "on"), "Telegram");
            telegram(entry, table, kinds);
        } else if (webhook) {
            only(entry, table, Set.of("webhook", "secret", "on"), "a webhook");
            webhook(entry, table, kinds);
        } else {
            only(entry, table, Set.of("smtp", "from", "to", "on"), "mail");
            mail(entry, table, kinds);
        }
    }

    private void only(Entry entry, Table table, Set<String> known, String what) {
        table.entries().forEach((key, each) -> {
            if (!known.contains(key)) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        each.location(),
                        "`%s` of `alerts.%s` has no meaning for %s, which has %s"
                                .formatted(key, entry.name(), what, new TreeSet<>(known)),
                        null);
            }
        });
    }

    /** The text of a key; null when it is missing, which is told, or empty, which turns the channel off. */
    private @Nullable Scalar given(Entry entry, Table table, String key) {
        Scalar scalar = table.scalar(key);
        if (scalar == null) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    entry.location(),
                    "`%s` is missing in `alerts.%s`".formatted(key, entry.name()),
                    null);
        }
        return scalar == null || scalar.text().isEmpty() ? null : scalar;
    }

    private @Nullable Scalar matching(Entry entry, Table table, String key, Pattern pattern, String expected) {
        Scalar scalar = given(entry, table, key);
        if (scalar != null && !pattern.matcher(scalar.text()).matches()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    scalar.location(),
                    "the value of `alerts.%s.%s` is wrong, and %s was expected".formatted(entry.name(), key, expected),
                    null);
        }
        return scalar;
    }

    private void secret(Entry entry, String key, Scalar scalar) {
        if (Secrets.isWrittenOut(key, scalar.raw())) {
            problems.add(
                    ErrorCode.SECRET_IN_FILE,
                    scalar.location(),
                    "a secret (`alerts.%s.%s`) is written in the file".formatted(entry.name(), key),
                    Secrets.HINT);
        }
    }

    private void telegram(Entry entry, Table table, Set<String> kinds) {
        Scalar token = given(entry, table, "token");
        Scalar chat = given(entry, table, "chat");
        if (token != null) {
            secret(entry, "token", token);
        }
        if (token != null && chat != null) {
            channels.add(new ChannelDefinition.Telegram(entry.name(), kinds, token.text(), chat.text()));
        }
    }

    private void webhook(Entry entry, Table table, Set<String> kinds) {
        Scalar url = matching(entry, table, "webhook", ADDRESS, "an address such as https://example.com/hook");
        if (!table.entries().containsKey("secret")) {
            if (url != null) {
                channels.add(new ChannelDefinition.Slack(entry.name(), kinds, url.text()));
            }
            return;
        }
        Scalar secret = given(entry, table, "secret");
        if (secret == null) {
            return;
        }
        secret(entry, "secret", secret);
        if (secret.text().length() < Token.LEAST) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    secret.location(),
                    "the secret of `alerts.%s` has %d characters, and at least %d were expected"
                            .formatted(entry.name(), secret.text().length(), Token.LEAST),
                    "Maybe make one with `openssl rand -hex 24`.");
        }
        if (url != null) {
            channels.add(new ChannelDefinition.Webhook(entry.name(), kinds, url.text(), secret.text()));
        }
    }

    private void mail(Entry entry, Table table, Set<String> kinds) {
        Scalar smtp = matching(entry, table, "smtp", SMTP, "an address such as smtp://user:password@host:587");
        List<Scalar> to = table.scalars("to");
        if (to.isEmpty()) {
            problems.add(
                    ErrorCode.MISSING_KEY,
                    entry.location(),
                    "`to` of `alerts.%s` names nobody".formatted(entry.name()),
                    "Maybe `to: [you@example.com]`.");
        }
        Scalar from = table.scalar("from");
        Stream.concat(to.stream(), Stream.ofNullable(from)).forEach(each -> {
            if (!MAILBOX.matcher(each.text()).matches()) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        each.location(),
                        "`%s` in `alerts.%s` is no mailbox such as you@example.com".formatted(each.text(), entry.name()),
                        null);
            }
        });
        if (smtp != null && !to.isEmpty()) {
            channels.add(new ChannelDefinition.Mail(
                    entry.name(),
                    kinds,
                    smtp.text(),
                    from == null ? NOBODY : from.text(),
                    to.stream().map(Scalar::text).toList()));
        }
    }
}
