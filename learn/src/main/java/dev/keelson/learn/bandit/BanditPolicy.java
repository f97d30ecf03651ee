package dev.keelson.learn.bandit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.learn.bandit.BanditSettings.Algorithm;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A policy as it was learnt: for a context, how likely each action is taken. The propensities are exact (Thompson: by
 * quadrature, see {@link BestOfNormals}), and an action is drawn by them and not by a draw from the posterior, which has the
 * same law. Immutable and safe for use by several threads. As data it is one JSON object, see {@link #toJson}.
 *
 * <p>Source: Li, L., Chu, W., Langford, J. and Schapire, R. (2010), A contextual-bandit approach to personalized news
 * article recommendation, WWW (LinUCB with disjoint linear models); Agrawal, S. and Goyal, N. (2013), Thompson sampling for
 * contextual bandits with linear payoffs, ICML.
 */
public final class BanditPolicy {
    /** Name of the format of the JSON object. */
    public static final String FORMAT = "keelson-bandit";

    private static final int VERSION = 1;

    private final BanditSettings settings;
    private final double[] actions;
    private final ContextScale scale;
    private final double unit;
    private final List<@Nullable Arm> arms;

    /**
     * @param actions what each action stands for, such as a share of the Kelly stake
     * @param unit how much reward is 1 to the arms
     * @param arms one for each action; null for one whose reward is known to be 0
     */
    BanditPolicy(
            BanditSettings settings, double[] actions, ContextScale scale, double unit, List<@Nullable Arm> arms) {
        if (actions.length < 2 || arms.size() != actions.length) {
            throw new IllegalArgumentException("There are %d actions and %d arms; expected as many of each, 2 or more."
                    .formatted(actions.length, arms.size()));
        }
        if (!(unit > 0 && unit < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The unit (%s) must be finite and above 0.".formatted(unit));
        }
        for (Arm arm : arms) {
            if (arm != null && arm.coefficients().length != scale.names().size() + 1) {
                throw new IllegalArgumentException("An arm has %d coefficients; expected %d."
                        .formatted(arm.coefficients().length, scale.names().size() + 1));
            }
        }
        this.settings = settings;
        this.actions = actions.clone();
        this.scale = scale;
        this.unit = unit;
        this.arms = new ArrayList<>(arms);
    }

    /** How it chooses. */
    public BanditSettings settings() {
        return settings;
    }

    /** What each action stands for. */
    public double[] actions() {
        return actions.clone();
    }

    /** Names of the context's values, in their order. */
    public List<String> context() {
        return scale.names();
    }

    /** How many rewards an action was learnt from; 0 for one whose reward is known to be 0. */
    public int rows(int action) {
        Arm arm = arms.get(action);
        return arm == null ? 0 : arm.rows();
    }

    /**
     * How likely each action is taken.
     *
     * @param context its values; NaN where one is missing
     * @return at least {@code explore / actions} each, summing to 1
     */
    public double[] propensities(double[] context) {
        double[] x = scale.apply(context);
        int n = actions.length;
        double[] means = new double[n];
        double[] errors = new double[n];
        for (int a = 0; a < n; a++) {
            Arm arm = arms.get(a);
            if (arm != null) {
                means[a] = arm.mean(x);
                errors[a] = arm.error(x);
            }
        }
        double[] chosen = settings.algorithm() == Algorithm.THOMPSON
                ? BestOfNormals.chances(means, errors)
                : highest(means, errors);
        double[] propensities = new double[n];
        double rest = 1;
        int most = 0;
        for (int a = 0; a < n; a++) {
            propensities[a] = (1 - settings.explore()) * chosen[a] + settings.explore() / n;
            rest -= propensities[a];
            most = propensities[a] > propensities[most] ? a : most;
        }
        propensities[most] += rest; // what rounding left
        return propensities;
    }

    private double[] highest(double[] means, double[] errors) {
        int best = 0;
        for (int a = 1; a < means.length; a++) {
            if (means[a] + settings.width() * errors[a] > means[best] + settings.width() * errors[best]) {
                best = a;
            }
        }
        double[] chosen = new double[means.length];
        chosen[best] = 1;
        return chosen;
    }

    /** The reward that is expected of each action. */
    public double[] expected(double[] context) {
        double[] x = scale.apply(context);
        double[] means = new double[actions.length];
        for (int a = 0; a < means.length; a++) {
            Arm arm = arms.get(a);
            means[a] = arm == null ? 0 : unit * arm.mean(x);
        }
        return means;
    }

    /** The JSON object: settings, actions, scale of the context and of rewards, and for each action its law or null. */
    public ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("format", FORMAT).put("version", VERSION);
        json.put("algorithm", settings.algorithm().key());
        json.put("explore", settings.explore()).put("width", settings.width()).put("ridge", settings.ridge());
        numbers(json.putArray("actions"), actions);
        scale.names().forEach(json.putArray("context")::add);
        numbers(json.putArray("means"), scale.means());
        numbers(json.putArray("scales"), scale.scales());
        json.put("unit", unit);
        ArrayNode list = json.putArray("arms");
        for (Arm arm : arms) {
            if (arm == null) {
                list.addNull();
                continue;
            }
            ObjectNode node = list.addObject();
            numbers(node.putArray("coefficients"), arm.coefficients());
            ArrayNode rows = node.putArray("factor");
            int width = arm.coefficients().length;
            for (int i = 0; i < width; i++) {
                numbers(rows.addArray(), Arrays.copyOfRange(arm.factor(), i * width, i * width + i + 1));
            }
            node.put("noise", arm.noise()).put("rows", arm.rows());
        }
        return json;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static BanditPolicy fromJson(JsonNode json) {
        if (!json.path("format").asText().equals(FORMAT) || json.path("version").asInt() != VERSION) {
            throw new IllegalArgumentException("The format (%s %s) is unknown; expected %s %d."
                    .formatted(json.path("format").asText(), json.path("version").asText(), FORMAT, VERSION));
        }
        BanditSettings settings = new BanditSettings(
                Algorithm.valueOf(json.path("algorithm").asText().toUpperCase(Locale.ROOT)),
                number(json.path("explore")),
                number(json.path("width")),
                number(json.path("ridge")));
        List<String> names = new ArrayList<>();
        json.path("context").forEach(name -> names.add(name.asText()));
        ContextScale scale = new ContextScale(names, numbers(json.path("means")), numbers(json.path("scales")));
        List<@Nullable Arm> arms = new ArrayList<>();
        for (JsonNode node : json.path("arms")) {
            if (node.isNull()) {
                arms.add(null);
                continue;
            }
            double[] coefficients = numbers(node.path("coefficients"));
            int width = coefficients.length;
            double[] factor = new double[width * width];
            JsonNode rows = node.path("factor");
            for (int i = 0; i < width; i++) {
                double[] row = numbers(rows.path(i));
                if (row.length != i + 1) {
                    throw new IllegalArgumentException(
                            "Row %d of a factor has %d values; expected %d.".formatted(i, row.length, i + 1));
                }
                System.arraycopy(row, 0, factor, i * width, row.length);
            }
            arms.add(new Arm(coefficients, factor, number(node.path("noise")), node.path("rows").asInt()));
        }
        return new BanditPolicy(settings, numbers(json.path("actions")), scale, number(json.path("unit")), arms);
    }

    private static void numbers(ArrayNode list, double[] values) {
        for (double value : values) {
            list.add(value);
        }
    }

    private static double[] numbers(JsonNode list) {
        double[] values = new double[list.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = number(list.path(i));
        }
        return values;
    }

    private static double number(JsonNode node) {
        if (!node.isNumber()) {
            throw new IllegalArgumentException("There is (%s) where a number was expected.".formatted(node));
        }
        return node.doubleValue();
    }
}
