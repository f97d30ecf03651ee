package dev.keelson.monitor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The result of one drift check: one verdict, the rule that produced it, and every column with its numbers.
 *
 * @param model the model whose inputs were checked
 * @param version the champion whose training period is the reference
 * @param at the instant of the check
 * @param from event time of the oldest row of the window; null where rows have no time
 * @param to end of the window, exclusive; null where rows have no time
 * @param policy the rule
 * @param referenceRows rows of the reference
 * @param rows rows of the window
 * @param verdict what the rule says of the set
 * @param reason one sentence with the counts
 * @param importanceShare share of the model's importance that the alarming columns carry, 0 to 1
 * @param falseAlarmShare for the presets of other systems: share of this project's own quiet reference windows in which
 *     the same rule would have alarmed; NaN for {@code recommended}
 * @param features columns, worst first
 * @param baselines what each baseline of the monitor says of the window, the one that decides first; empty where one without a
 *     name was compared with
 * @param details what else was looked at and found
 */
public record DriftReport(
        String model,
        int version,
        Instant at,
        @Nullable Instant from,
        @Nullable Instant to,
        DriftMonitorDefinition.Policy policy,
        int referenceRows,
        int rows,
        Verdict verdict,
        String reason,
        double importanceShare,
        double falseAlarmShare,
        List<FeatureDrift> features,
        List<BaselineVerdict> baselines,
        DriftDetails details) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int SENTENCES = 3;

    /** Copies the lists. */
    public DriftReport {
        baselines = List.copyOf(baselines);
        features = features.stream()
                .sorted(Comparator.comparing(FeatureDrift::severity)
                        .reversed()
                        .thenComparing(Comparator.comparingDouble(DriftReport::weight).reversed())
                        .thenComparing(FeatureDrift::name))
                .toList();
    }

    /** A report of columns alone, compared with one baseline without a name. */
    public DriftReport(
            String model,
            int version,
            Instant at,
            @Nullable Instant from,
            @Nullable Instant to,
            DriftMonitorDefinition.Policy policy,
            int referenceRows,
            int rows,
            Verdict verdict,
            String reason,
            double importanceShare,
            double falseAlarmShare,
            List<FeatureDrift> features) {
        this(
                model, version, at, from, to, policy, referenceRows, rows, verdict, reason, importanceShare, falseAlarmShare,
                features, List.of(), DriftDetails.none());
    }

    /** The same with something else in its details; findings that alarm make the check alarm. */
    DriftReport with(DriftDetails other) {
        List<DriftFinding> alarming = other.findings().stream().filter(DriftFinding::alarms).toList();
        boolean raised = verdict != Verdict.ALARM && !alarming.isEmpty();
        String said = alarming.stream().map(DriftFinding::sentence).limit(SENTENCES).collect(Collectors.joining(" "));
        String rest = verdict == Verdict.INSUFFICIENT ? " Nothing else could be judged: " + reason : "";
        return new DriftReport(
                model, version, at, from, to, policy, referenceRows, rows, raised ? Verdict.ALARM : verdict,
                raised ? said + (alarming.size() > SENTENCES ? " And %d more.".formatted(alarming.size() - SENTENCES) : "") + rest : reason,
                importanceShare, falseAlarmShare, features, baselines, other);
    }

    /** What a check says of the set of columns. */
    public enum Verdict {
        /** Nothing that matters has moved. */
        NONE,
        /** Too little data to say; never the same as no drift. */
        INSUFFICIENT,
        /** Something moved in this window; watch it. */
        WARNING,
        /** Drift. */
        ALARM;

        /** Lower-case word, for lists and JSON. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static double weight(FeatureDrift feature) {
        double excess = feature.band() > 0 ? feature.effect() / feature.band() : feature.effect();
        return Double.isNaN(excess) ? -1 : excess * (0.1 + feature.importance());
    }

    /** The same with what each baseline says; where they disagree, its reason says so. */
    public DriftReport with(List<BaselineVerdict> verdicts) {
        String told = BaselineVerdict.disagreement(verdicts).map(sentence -> reason + " " + sentence).orElse(reason);
        return new DriftReport(
                model, version, at, from, to, policy, referenceRows, rows, verdict, told, importanceShare, falseAlarmShare,
                features, verdicts, details);
    }

    /** That a baseline has too few rows to be compared with. */
    static DriftReport withoutBaseline(
            String model,
            int version,
            BaselineSource source,
            DriftCheck.Window window,
            DriftMonitorDefinition definition,
            Instant at) {
        return new DriftReport(
                model,
                version,
                at,
                window.from(),
                window.to(),
                definition.policy(),
                0,
                window.rows(),
                Verdict.INSUFFICIENT,
                "The baseline `%s` has fewer than %d rows before the window judged."
                        .formatted(source.text(), ReferenceProfile.WINDOWS),
                0,
                Double.NaN,
                List.of());
    }

    /** What the baseline of this report says in a report of several. */
    BaselineVerdict against(BaselineSource source, String baseline, @Nullable ReferenceProfile profile) {
        Instant last = profile == null ? null : profile.to();
        return new BaselineVerdict(
                source.text(),
                source.frozen(),
                baseline,
                profile == null ? null : profile.from(),
                last == null || last.isBefore(from) ? last : from,
                referenceRows,
                profile == null ? 0 : profile.rows() - referenceRows,
                verdict,
                reason,
                features.stream()
                        .filter(feature -> feature.alarms() || feature.severity() == FeatureDrift.Severity.WARNING)
                        .map(FeatureDrift::name)
                        .toList());
    }

    /** That the baselines disagree, and what it means. */
    public Optional<String> disagreement() {
        return BaselineVerdict.disagreement(baselines);
    }

    /** Columns that alarm. */
    public List<FeatureDrift> alarming() {
        return features.stream().filter(FeatureDrift::alarms).toList();
    }

    private static void putTime(ObjectNode node, String key, @Nullable Instant time) {
        if (time != null) {
            node.put(key, time.toString());
        }
    }

    private static @Nullable Instant time(JsonNode node) {
        return node.isTextual() ? Instant.parse(node.asText()) : null;
    }

    /** The JSON document. */
    public ObjectNode toJson() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("model", model);
        node.put("version", version);
        node.put("timestamp", at.toString());
        putTime(node, "from", from);
        putTime(node, "to", to);
        node.put("policy", policy.name().toLowerCase(Locale.ROOT));
        node.put("n_samples_reference", referenceRows);
        node.put("n_samples_current", rows);
        node.put("n_features", features.size());
        node.put("verdict", verdict.word());
        node.put("reason", reason);
        FeatureDrift.number(node, "importance_share", importanceShare);
        FeatureDrift.number(node, "false_alarm_share", falseAlarmShare);
        var list = node.putArray("features");
        features.forEach(feature -> list.add(feature.toJson()));
        details.writeTo(node);
        if (!baselines.isEmpty()) {
            var said = node.putArray("baselines");
            baselines.forEach(each -> said.add(each.toJson()));
            disagreement().ifPresent(sentence -> node.put("disagreement", sentence));
        }
        return node;
    }

    /**
     * The report in the form of the ACIS system: counts by KS (p &lt; 0.05) and PSI (&ge; 0.2), the larger share of the
     * two against the threshold. Meant for reports of the {@code acis} policy, whose p-values are those of plain rows.
     *
     * @param threshold share of drifted features from which the set has drifted
     */
    public ObjectNode toAcisJson(double threshold) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("timestamp", at.toString());
        node.put("n_features", features.size());
        node.put("n_samples_reference", referenceRows);
        node.put("n_samples_current", rows);
        node.put("drift_threshold", threshold);
        ObjectNode summary = node.putObject("summary");
        ObjectNode ks = node.putObject("ks_test");
        ObjectNode psi = node.putObject("psi");
        int byKs = 0;
        int byPsi = 0;
        for (FeatureDrift feature :
                features.stream().sorted(Comparator.comparing(FeatureDrift::name)).toList()) {
            boolean ksDrifted = PresetRule.driftsByTest(
                    DriftMonitorDefinition.Policy.ACIS, feature.categories() != null, feature.pValue(), feature.psi());
            boolean psiDrifted = PresetRule.driftsByPsi(feature.psi());
            byKs += ksDrifted ? 1 : 0;
            byPsi += psiDrifted ? 1 : 0;
            ObjectNode ksNode = ks.putObject(feature.name());
            FeatureDrift.number(ksNode, "p_value", feature.pValue());
            ksNode.put("drifted", ksDrifted);
            ObjectNode psiNode = psi.putObject(feature.name());
            FeatureDrift.number(psiNode, "psi_value", feature.psi());
            psiNode.put("drifted", psiDrifted);
        }
        summary.put("drifted_features_ks", byKs);
        summary.put("drifted_features_psi", byPsi);
        summary.put(
                "drift_detected",
                PresetRule.alarms(DriftMonitorDefinition.Policy.ACIS, threshold, byKs, byPsi, 0, features.size()));
        return node;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if the text is something else
     */
    public static DriftReport fromJson(String json) {
        try {
            JsonNode node = MAPPER.readTree(json);
            List<FeatureDrift> features = new ArrayList<>();
            node.get("features").forEach(item -> features.add(FeatureDrift.fromJson(item)));
            List<BaselineVerdict> baselines = new ArrayList<>();
            node.path("baselines").forEach(item -> baselines.add(BaselineVerdict.fromJson(item)));
            return new DriftReport(
                    node.get("model").asText(),
                    node.get("version").asInt(),
                    Instant.parse(node.get("timestamp").asText()),
                    time(node.path("from")),
                    time(node.path("to")),
                    DriftMonitorDefinition.Policy.valueOf(
                            node.get("policy").asText().toUpperCase(Locale.ROOT)),
                    node.get("n_samples_reference").asInt(),
                    node.get("n_samples_current").asInt(),
                    Verdict.valueOf(node.get("verdict").asText().toUpperCase(Locale.ROOT)),
                    node.get("reason").asText(),
                    FeatureDrift.number(node, "importance_share"),
                    FeatureDrift.number(node, "false_alarm_share"),
                    features,
                    baselines,
                    DriftDetails.readFrom(node));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The text is not a drift report.", e);
        }
    }
}
