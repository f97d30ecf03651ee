package dev.keelson.project;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.Located;
import dev.keelson.error.Suggestion;
import dev.keelson.project.ServeDefinition.Bets;
import dev.keelson.project.ServeDefinition.Callbacks;
import dev.keelson.project.ServeDefinition.Engines;
import dev.keelson.project.ServeDefinition.Limits;
import dev.keelson.project.ServeDefinition.Role;
import dev.keelson.project.ServeDefinition.Token;
import dev.keelson.project.ServeDefinition.Webhook;
import dev.keelson.project.Value.Scalar;
import dev.keelson.project.Value.Table;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code serve}. */
final class ServeSection {
    private static final Pattern ORIGIN =
            Pattern.compile("https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|(chrome|moz|safari-web)-extension://[A-Za-z0-9-]+");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:]+]");

    private static final Pattern WEBHOOK = Pattern.compile("https?://[^\\s/@]+(/\\S*)?");

    private final Problems problems;
    private final Set<String> models;
    private final Set<String> bandits;
    private final Map<String, SourceColumns> sources;

    ServeSection(Problems problems, Set<String> models, Set<String> bandits, Map<String, SourceColumns> sources) {
        this.problems = problems;
        this.models = models;
        this.bandits = bandits;
        this.sources = sources;
    }

    ServeDefinition read(Table project) {
        Table table = project.table("serve");
        if (table == null) {
            return ServeDefinition.DEFAULT;
        }
        return new ServeDefinition(
                defaultModel(table),
                tokens(table.table("tokens")),
                each(table, "origins", ORIGIN, "an origin such as https://dashboard.example.com or chrome-extension://ID"),
                each(table, "hosts", HOST, "a name such as keelson.example.com, without a port"),
                limits(table.table("limits")),
                engines(table.table("engines")),
                bets(table.table("bets")),
                callbacks(table.table("callbacks")));
    }

    private @Nullable Callbacks callbacks(@Nullable Table table) {
        Scalar secret = table == null ? null : table.scalar("secret");
        if (table == null || secret == null || secret.text().isEmpty()) {
            return null; // a variable that is empty turns it off
        }
        List<Scalar> allow = table.scalars("allow").stream().filter(each -> !each.text().isBlank()).toList();
        for (Scalar each : allow) {
            if (!WEBHOOK.matcher(each.text()).matches()) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        each.location(),
                        "a value of `serve.callbacks.allow` is wrong, and an address such as https://n8n.example.org/webhook/ was expected",
                        null);
            }
        }
        secret("serve.callbacks", secret);
        return new Callbacks(secret.text(), allow.stream().map(Scalar::text).toList());
    }

    private @Nullable Bets bets(@Nullable Table table) {
        Scalar model = table == null ? null : table.scalar("model");
        if (table == null || model == null) {
            return null;
        }
        known(model, models, "model");
        SourceColumns source = sources.get(model.text());
        String odds = number(table, "odds", "odds", source);
        String stake = number(table, "stake", "stake", source);
        String profit = number(table, "profit", "profit", source);
        String fair = table.has("fair") ? number(table, "fair", "", source) : null;
        String closing = table.has("closing") ? number(table, "closing", "", source) : null;
        List<String> by = table.has("by") ? table.texts("by") : List.of();
        if (source != null) {
            by.forEach(column -> source.check(Located.of(column), table.location(), problems));
        }
        Scalar bandit = table.scalar("bandit");
        if (bandit != null) {
            known(bandit, bandits, "bandit");
        }
        return new Bets(
                model.text(), odds, fair, closing, stake, profit, by, bandit == null ? null : bandit.text(),
                webhook(table.table("webhook")));
    }

    private String number(Table table, String key, String usual, @Nullable SourceColumns source) {
        Scalar value = table.scalar(key);
        Located column = value == null ? Located.of(usual) : value.located();
        if (source != null) {
            source.checkNumeric(column, table.location(), problems);
        }
        return column.text();
    }

    private @Nullable Webhook webhook(@Nullable Table table) {
        Scalar url = table == null ? null : table.scalar("url");
        Scalar secret = table == null ? null : table.scalar("secret");
        if (url == null || url.text().isEmpty() || secret == null) {
            return null; // a variable that is empty turns it off
        }
        if (!WEBHOOK.matcher(url.text()).matches()) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    url.location(),
                    "the value of `serve.bets.webhook.url` is wrong, and an address such as https://example.com/hook was expected",
                    null);
        }
        secret("serve.bets.webhook", secret);
        return new Webhook(url.text(), secret.text());
    }

    private void secret(String path, Scalar secret) {
        if (Secrets.isWrittenOut("secret", secret.raw())) {
            problems.add(
                    ErrorCode.SECRET_IN_FILE,
                    secret.location(),
                    "a secret (`%s.secret`) is written in the file".formatted(path),
                    Secrets.HINT);
        } else if (secret.text().length() < Token.LEAST) {
            problems.add(
                    ErrorCode.BAD_VALUE,
                    secret.location(),
                    "the secret of `%s` has %d characters, and at least %d were expected"
                            .formatted(path, secret.text().length(), Token.LEAST),
                    "Maybe make one with `openssl rand -hex 24`.");
        }
    }

    private void known(Scalar name, Set<String> names, String what) {
        if (!names.contains(name.text())) {
            problems.add(
                    ErrorCode.UNKNOWN_REFERENCE,
                    name.textLocation(),
                    "there is no %s `%s`".formatted(what, name.text()),
                    Suggestion.sentence(name.text(), names).orElse(null));
        }
    }

    private @Nullable String defaultModel(Table table) {
        Scalar name = table.scalar("default_model");
        if (name == null) {
            return null;
        }
        known(name, models, "model");
        return name.text();
    }

    private Map<String, Token> tokens(@Nullable Table table) {
        Map<String, Token> tokens = new LinkedHashMap<>();
        if (table == null) {
            return tokens;
        }
        for (String name : table.entries().keySet()) {
            Table token = table.table(name);
            Scalar secret = token == null ? null : token.scalar("token");
            if (token == null || secret == null || secret.text().isEmpty()) {
                continue; // a variable that is empty turns it off
            }
            if (Secrets.isWrittenOut("token", secret.raw())) {
                problems.add(
                        ErrorCode.SECRET_IN_FILE,
                        secret.location(),
                        "a secret (`serve.tokens.%s`) is written in the file".formatted(name),
                        Secrets.HINT);
            } else if (secret.text().length() < Token.LEAST) {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        secret.location(),
                        "the token `%s` has %d characters, and at least %d were expected"
                                .formatted(name, secret.text().length(), Token.LEAST),
                        "Maybe make one with `openssl rand -hex 24`.");
            } else {
                Scalar role = token.scalar("role");
                tokens.put(
                        name,
                        new Token(
                                secret.text(),
                                role == null ? Role.PREDICT : Role.valueOf(role.text().toUpperCase(Locale.ROOT))));
            }
        }
        return tokens;
    }

    private List<String> each(Table table, String key, Pattern pattern, String expected) {
        List<String> found = new ArrayList<>();
        if (!table.has(key)) {
            return found;
        }
        Scalar place = table.scalar(key);
        for (String text : table.texts(key)) {
            if (pattern.matcher(text).matches()) {
                found.add(text);
            } else {
                problems.add(
                        ErrorCode.BAD_VALUE,
                        place == null ? table.location() : place.location(),
                        "the value `%s` of `serve.%s` is wrong, and %s was expected".formatted(text, key, expected),
                        null);
            }
        }
        return found;
    }

    private Limits limits(@Nullable Table table) {
        Limits usual = Limits.DEFAULT;
        if (table == null) {
            return usual;
        }
        return new Limits(
                whole(table.scalar("connections"), usual.connections()),
                whole(table.scalar("per_address"), usual.perAddress()),
                whole(table.scalar("per_client"), usual.perClient()),
                whole(table.scalar("rows"), (int) usual.rows()),
                duration(table, "delay", usual.delay()),
                duration(table, "receive", usual.receive()),
                duration(table, "idle", usual.idle()),
                duration(table, "notice", usual.notice()),
                duration(table, "drain", usual.drain()));
    }

    private Engines engines(@Nullable Table table) {
        Engines usual = Engines.DEFAULT;
        if (table == null) {
            return usual;
        }
        return new Engines(
                whole(table.scalar("threads"), usual.threads()),
                whole(table.scalar("queue"), usual.queue()),
                duration(table, "deadline", usual.deadline()));
    }

    private Duration duration(Table table, String key, Duration usual) {
        return ProjectText.duration(table.scalar(key), usual, problems);
    }

    private static int whole(@Nullable Scalar value, int usual) {
        return value == null ? usual : Integer.parseInt(value.text().replace("_", ""));
    }
}
