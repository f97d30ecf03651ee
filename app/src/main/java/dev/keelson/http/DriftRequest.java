package dev.keelson.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.error.Suggestion;
import dev.keelson.monitor.DriftMethod;
import dev.keelson.monitor.DriftMethods;
import dev.keelson.monitor.DriftMonitorDefinition;
import dev.keelson.monitor.DriftMonitorDefinition.Policy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is to be compared with what, and by which rule; as it was asked for, in texts.
 *
 * @param name what the comparison is called; null for the names of both sides
 * @param model whose training data and predictions are meant where a side names no other; null for none
 * @param reference what is compared with; null for the model's training data
 * @param current what is judged; null for what the model was asked
 * @param policy a policy's word; null for that of the model's monitor, or {@code methods} where a method or threshold is said, or
 *     {@code recommended}
 * @param share of columns from which {@code acis} and {@code methods} alarm; null for 0.30, and for one column
 * @param methods each {@code METHOD}, or {@code COLUMN=METHOD}
 * @param thresholds each {@code NUMBER}, or {@code COLUMN=NUMBER}
 * @param columns those judged; empty for all
 * @param categories columns whose numbers are categories
 * @param segments columns whose values part the rows
 * @param cluster column whose rows belong together; null for none
 * @param time column of files by which rows are in order, and by which windows are taken; null for none
 * @param multivariate whether all columns are looked at together
 * @param minRows that both sides must have; null for 100
 */
public record DriftRequest(
        @Nullable String name,
        @Nullable String model,
        @Nullable String reference,
        @Nullable String current,
        @Nullable String policy,
        @Nullable Double share,
        List<String> methods,
        List<String> thresholds,
        List<String> columns,
        List<String> categories,
        List<String> segments,
        @Nullable String cluster,
        @Nullable String time,
        boolean multivariate,
        @Nullable Integer minRows) {
    /** Keys of its document. */
    public static final Set<String> KEYS = Set.of(
            "name", "model", "reference", "current", "policy", "share", "method", "threshold", "columns", "categories",
            "segments", "cluster", "time", "multivariate", "min_samples");

    private static final double ACIS_SHARE = 0.3;

    /** Copies the lists. */
    public DriftRequest {
        methods = List.copyOf(methods);
        thresholds = List.copyOf(thresholds);
        columns = List.copyOf(columns);
        categories = List.copyOf(categories);
        segments = List.copyOf(segments);
    }

    /** Of a model as its monitor says. */
    public static DriftRequest of(@Nullable String model, @Nullable String reference, @Nullable String current) {
        return new DriftRequest(
                null, model, reference, current, null, null, List.of(), List.of(), List.of(), List.of(), List.of(), null, null,
                false, null);
    }

    /** The same with other sides. */
    public DriftRequest with(@Nullable String otherReference, @Nullable String otherCurrent) {
        return new DriftRequest(
                name, model, otherReference, otherCurrent, policy, share, methods, thresholds, columns, categories, segments,
                cluster, time, multivariate, minRows);
    }

    /**
     * The rule it asks for.
     *
     * @param monitor the model's own, which says what the request does not; null for none
     * @throws KeelsonException BAD_REQUEST with all problems at once
     */
    public DriftMonitorDefinition rule(@Nullable DriftMonitorDefinition monitor) {
        List<Problem> problems = new ArrayList<>();
        boolean methodical = !methods.isEmpty() || !thresholds.isEmpty();
        Policy rule = policy == null
                ? methodical ? Policy.METHODS : monitor == null ? Policy.RECOMMENDED : monitor.policy()
                : policy(policy, problems);
        if (methodical && rule != Policy.METHODS && rule.word().equals(policy)) { // not where it is misspelt, which is told
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "`method` and `threshold` have no effect with `policy` %s.".formatted(rule.word()),
                    "Maybe leave `policy` away, or take `methods`."));
        }
        if (share != null && !(share >= 0 && share <= 1)) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST, "`share` is %s, and 0 to 1 was expected.".formatted(share), "Maybe 0.3."));
        }
        if (minRows != null && minRows < 1) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST, "`min_samples` is %d, and at least 1 was expected.".formatted(minRows), "Maybe 100."));
        }
        DriftMethods chosen = methods(problems);
        if (!problems.isEmpty()) {
            throw new KeelsonException(problems, null);
        }
        double from = share != null
                ? share
                : rule == Policy.METHODS ? 0 : monitor == null || monitor.share() == 0 ? ACIS_SHARE : monitor.share();
        return new DriftMonitorDefinition(
                monitor == null ? "drift" : monitor.name(),
                model == null ? List.of() : List.of(model),
                monitor == null ? rule.window() : monitor.window(),
                minRows != null ? minRows : monitor == null ? rule.minRows() : monitor.minRows(),
                rule,
                from,
                Map.of(),
                null,
                methodical || monitor == null ? chosen : monitor.methods(),
                segments.isEmpty() && monitor != null ? monitor.segments() : segments,
                multivariate || (monitor != null && monitor.multivariate()));
    }

    private static Policy policy(String word, List<Problem> problems) {
        List<String> words = Arrays.stream(Policy.values()).map(Policy::word).toList();
        if (!words.contains(word)) {
            problems.add(Problem.of(
                    ErrorCode.BAD_REQUEST,
                    "There is no policy (%s); there are %s.".formatted(word, String.join(", ", words)),
                    Suggestion.sentence(word, words).orElse("Maybe leave it away for `recommended`.")));
            return Policy.RECOMMENDED;
        }
        return Policy.values()[words.indexOf(word)];
    }

    private DriftMethods methods(List<Problem> problems) {
        int before = problems.size();
        DriftMethod common = null;
        Map<String, DriftMethod> byColumn = new LinkedHashMap<>();
        for (String text : methods) {
            int equals = text.lastIndexOf('=');
            String word = text.substring(equals + 1);
            DriftMethod method = DriftMethod.of(word).orElse(null);
            if (method == null) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "There is no method (%s); there are %s.".formatted(word, String.join(", ", DriftMethod.words())),
                        Suggestion.sentence(word, DriftMethod.words()).orElse("Maybe ks or psi.")));
            } else if (equals < 0) {
                common = method;
            } else {
                byColumn.put(text.substring(0, equals), method);
            }
        }
        double everywhere = Double.NaN;
        Map<String, Double> limits = new LinkedHashMap<>();
        for (String text : thresholds) {
            int equals = text.lastIndexOf('=');
            double number = number(text.substring(equals + 1));
            if (!(number >= 0)) {
                problems.add(Problem.of(
                        ErrorCode.BAD_REQUEST,
                        "`threshold` is `%s`, and NUMBER or COLUMN=NUMBER was expected, at least 0.".formatted(text),
                        "Maybe 0.05 for a test and 0.1 for a distance."));
            } else if (equals < 0) {
                everywhere = number;
            } else {
                limits.put(text.substring(0, equals), number);
            }
        }
        DriftMethods chosen = new DriftMethods(common, byColumn, everywhere, limits);
        if (problems.size() == before) {
            chosen.outOfRange().forEach(each -> problems.add(
                    Problem.of(ErrorCode.BAD_REQUEST, "%s.".formatted(each), "Maybe 0.05 for a test and 0.1 for a distance.")));
        }
        return chosen;
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            return Double.NaN; // told as a problem by who asks
        }
    }

    /** The document that asks the same. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        put(node, "name", name);
        put(node, "model", model);
        put(node, "reference", reference);
        put(node, "current", current);
        put(node, "policy", policy);
        put(node, "cluster", cluster);
        put(node, "time", time);
        if (share != null) {
            node.put("share", share);
        }
        if (minRows != null) {
            node.put("min_samples", minRows);
        }
        if (multivariate) {
            node.put("multivariate", true);
        }
        put(node, "method", methods);
        put(node, "threshold", thresholds);
        put(node, "columns", columns);
        put(node, "categories", categories);
        put(node, "segments", segments);
        return node;
    }

    private static void put(ObjectNode node, String key, @Nullable String text) {
        if (text != null) {
            node.put(key, text);
        }
    }

    private static void put(ObjectNode node, String key, List<String> texts) {
        if (!texts.isEmpty()) {
            var list = node.putArray(key);
            texts.forEach(list::add);
        }
    }

    /**
     * Reads a document; lists may be one text.
     *
     * @param problems takes the keys whose values are of another kind; what they say is read as far as it goes
     */
    public static DriftRequest read(JsonNode node, List<Problem> problems) {
        return new DriftRequest(
                text(node, "name", problems),
                text(node, "model", problems),
                text(node, "reference", problems),
                text(node, "current", problems),
                text(node, "policy", problems),
                amount(node, "share", problems),
                texts(node, "method", problems),
                texts(node, "threshold", problems),
                texts(node, "columns", problems),
                texts(node, "categories", problems),
                texts(node, "segments", problems),
                text(node, "cluster", problems),
                text(node, "time", problems),
                flag(node, "multivariate", problems),
                whole(node, "min_samples", problems));
    }

    static boolean flag(JsonNode node, String key, List<Problem> problems) {
        JsonNode value = node.path(key);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            wrong(key, value, "true or false", problems);
        }
        return value.asBoolean();
    }

    static @Nullable String text(JsonNode node, String key, List<Problem> problems) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isTextual()) {
            wrong(key, value, "a text", problems);
        }
        return value.asText();
    }

    private static @Nullable Double amount(JsonNode node, String key, List<Problem> problems) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isNumber()) {
            wrong(key, value, "a number", problems);
            return null;
        }
        return value.asDouble();
    }

    static @Nullable Integer whole(JsonNode node, String key, List<Problem> problems) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.canConvertToInt() || !value.isIntegralNumber()) {
            wrong(key, value, "a whole number", problems);
            return null;
        }
        return value.asInt();
    }

    /** A list of texts or numbers, or one of them. */
    public static List<String> texts(JsonNode node, String key, List<Problem> problems) {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        List<String> texts = new ArrayList<>();
        Iterable<JsonNode> each = value.isArray() ? value : List.of(value);
        for (JsonNode one : each) {
            if (!one.isTextual() && !one.isNumber()) {
                wrong(key, value, "a list of texts", problems);
                return List.of();
            }
            texts.add(one.asText());
        }
        return texts;
    }

    private static void wrong(String key, JsonNode value, String expected, List<Problem> problems) {
        problems.add(Problem.of(
                ErrorCode.BAD_REQUEST, "`%s` is %s, and %s was expected.".formatted(key, value, expected), null));
    }
}
