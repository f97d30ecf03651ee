package dev.keelson.http.mlflow;

import dev.keelson.registry.tracking.Stage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** What names, labels and numbers of the registry may be. Every refusal is an {@link MlflowFailure}. */
final class RegistryRules {
    static final int MAX_NAME = 256;
    static final int MAX_ALIAS = 255;
    static final int MAX_VALUE = 5_000;
    /** Clients of MLflow 3 keep the texts of prompts in tags. */
    static final int MAX_VALUE_3 = 100_000;
    static final int MAX_DESCRIPTION = 100_000;
    /** The tag of what is no model but a prompt; clients of MLflow 3 keep both in one registry. */
    static final String PROMPT = "mlflow.prompt.is_prompt";

    private static final Pattern ALIAS = Pattern.compile("[\\w\\-]*");
    private static final Pattern VERSION_ALIAS = Pattern.compile("[vV]\\d+");
    private static final Pattern WORD = Pattern.compile("[\\w\\-]+");

    private RegistryRules() {}

    /** The name of a model to be: it stands in {@code models:/name/version}. */
    static String modelName(String name) {
        if (name.isBlank()) {
            throw MlflowFailure.invalid("Registered model name cannot be empty.");
        }
        if (name.length() > MAX_NAME) {
            throw tooLong("name", name, MAX_NAME);
        }
        if (name.equals(".") || name.equals("..")) {
            throw MlflowFailure.invalid(
                    "Invalid registered model name: '%s'. In a path it is a folder and no name.".formatted(name));
        }
        boolean unfit = name.chars().anyMatch(c -> c == '/' || c == ':' || c == '\\' || Character.isISOControl(c));
        if (unfit) {
            throw MlflowFailure.invalid("Invalid registered model name: '%s'. It may hold no '/', ':', '\\' or control character."
                    .formatted(Texts.shown(name)));
        }
        return name;
    }

    /** The version of a request: a text or a number. */
    static int version(Fields fields) {
        if (fields.isEmpty("version")) {
            throw MlflowFailure.missing("version");
        }
        long version = fields.requiredInteger("version");
        if (version < 1 || version > Integer.MAX_VALUE) {
            throw MlflowFailure.absent("There is no version %d: versions count from 1.".formatted(version));
        }
        return (int) version;
    }

    static Stage stage(String word) {
        return Stage.of(word)
                .orElseThrow(() -> MlflowFailure.invalid(
                        "Invalid Model Version stage: %s. Value must be one of None, Staging, Production, Archived."
                                .formatted(Texts.shown(word))));
    }

    /** An alias that is asked for. */
    static String alias(String alias) {
        if (alias.length() > MAX_ALIAS) {
            throw tooLong("alias", alias, MAX_ALIAS);
        }
        if (!ALIAS.matcher(alias).matches()) {
            throw MlflowFailure.invalid(
                    "Invalid alias name: '%s'. It may hold letters, digits, underscores and dashes only.".formatted(Texts.shown(alias)));
        }
        return alias;
    }

    /** An alias to be: it must not be taken for a version. */
    static String newAlias(String alias) {
        alias(alias);
        if (alias.toLowerCase(Locale.ROOT).equals("latest")) {
            throw MlflowFailure.invalid("'latest' alias name (case insensitive) is reserved.");
        }
        if (VERSION_ALIAS.matcher(alias).matches()) {
            throw MlflowFailure.invalid("Version aliases (e.g., 'v9') are reserved.");
        }
        return alias;
    }

    static String tagValue(String key, String value, String userAgent) {
        int most = isThird(userAgent) ? MAX_VALUE_3 : MAX_VALUE;
        if (value.length() > most) {
            throw tooLong("value of " + key, value, most);
        }
        return value;
    }

    static Map<String, String> tags(List<Fields> pairs, String userAgent) {
        Map<String, String> tags = new LinkedHashMap<>();
        for (Fields pair : pairs) {
            String key = Names.key("tag", pair.required("key"));
            tags.put(key, tagValue(key, pair.textOrEmpty("value"), userAgent));
        }
        return tags;
    }

    static String description(String text) {
        if (text.length() > MAX_DESCRIPTION) {
            throw tooLong("description", text, MAX_DESCRIPTION);
        }
        return text;
    }

    /** Whether a version is the text of a prompt, whose source is a word that says so and no address. */
    static boolean isPrompt(Map<String, String> tags, String source) {
        return "true".equalsIgnoreCase(tags.get(PROMPT)) && WORD.matcher(source).matches();
    }

    private static boolean isThird(String userAgent) {
        return userAgent.startsWith("mlflow-") && !userAgent.contains("/1.") && !userAgent.contains("/2.");
    }

    private static MlflowFailure tooLong(String what, String value, int most) {
        return MlflowFailure.invalid("'%s' exceeds the maximum length of %d characters: it has %d (%s)."
                .formatted(what, most, value.length(), Texts.shown(value)));
    }
}
