package dev.keelson.e2e.study;

import dev.keelson.learn.tune.ChoiceDomain;
import dev.keelson.learn.tune.Parameter;
import dev.keelson.learn.tune.RealDomain;
import dev.keelson.learn.tune.SearchSpace;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Test functions with known minima. */
enum TuningProblem {
    /** Minimum 0.397887 at (-pi, 12.275), (pi, 2.275) and (9.42478, 2.475). */
    BRANIN,
    /** Minimum -3.32237 in the unit cube. */
    HARTMANN_6,
    /** Minimum 0 at (1, ..., 1). */
    ROSENBROCK_10,
    /**
     * Three branches with parameters of their own beside a shared one, minima 0.02, 0 and 0.05: a valley in a rate on the log
     * scale, a bowl in two dimensions, and a slope that ends in a corner of three. The first is the easiest, not the best.
     */
    CONDITIONAL;

    private static final double[] ALPHA = {1, 1.2, 3, 3.2};
    private static final double[][] A = {
        {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}
    };
    private static final double[][] P = {
        {0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
        {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
        {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
        {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}
    };

    SearchSpace space() {
        return switch (this) {
            case BRANIN ->
                SearchSpace.of(Parameter.of("x1", RealDomain.of(-5, 10)), Parameter.of("x2", RealDomain.of(0, 15)));
            case HARTMANN_6 -> cube(6, 0, 1);
            case ROSENBROCK_10 -> cube(10, -2, 2);
            case CONDITIONAL ->
                SearchSpace.of(
                        Parameter.of("branch", ChoiceDomain.of("a", "b", "c")),
                        Parameter.of("shared", RealDomain.of(0, 1)),
                        Parameter.of("a_rate", RealDomain.log(1e-4, 1)).when("branch", "a"),
                        Parameter.of("b_x", RealDomain.of(-3, 3)).when("branch", "b"),
                        Parameter.of("b_y", RealDomain.of(-3, 3)).when("branch", "b"),
                        Parameter.of("c_u", RealDomain.of(0, 1)).when("branch", "c"),
                        Parameter.of("c_v", RealDomain.of(0, 1)).when("branch", "c"),
                        Parameter.of("c_w", RealDomain.of(0, 1)).when("branch", "c"));
        };
    }

    double evaluate(Map<String, Object> values) {
        return switch (this) {
            case BRANIN -> branin(values);
            case HARTMANN_6 -> hartmann(values);
            case ROSENBROCK_10 -> rosenbrock(values);
            case CONDITIONAL -> conditional(values);
        };
    }

    private static SearchSpace cube(int dimensions, double low, double high) {
        List<Parameter> parameters = new ArrayList<>();
        for (int i = 1; i <= dimensions; i++) {
            parameters.add(Parameter.of("x%02d".formatted(i), RealDomain.of(low, high)));
        }
        return new SearchSpace(parameters);
    }

    private static double[] point(Map<String, Object> values) {
        return values.values().stream().mapToDouble(value -> (Double) value).toArray();
    }

    private static double get(Map<String, Object> values, String name) {
        return (Double) Objects.requireNonNull(values.get(name), name);
    }

    private static double branin(Map<String, Object> values) {
        double x1 = get(values, "x1");
        double x2 = get(values, "x2");
        double valley = x2 - 5.1 / (4 * Math.PI * Math.PI) * x1 * x1 + 5 / Math.PI * x1 - 6;
        return valley * valley + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x1) + 10;
    }

    private static double hartmann(Map<String, Object> values) {
        double[] x = point(values);
        double sum = 0;
        for (int i = 0; i < ALPHA.length; i++) {
            double distance = 0;
            for (int j = 0; j < x.length; j++) {
                distance += A[i][j] * (x[j] - P[i][j]) * (x[j] - P[i][j]);
            }
            sum -= ALPHA[i] * Math.exp(-distance);
        }
        return sum;
    }

    private static double rosenbrock(Map<String, Object> values) {
        double[] x = point(values);
        double sum = 0;
        for (int i = 0; i + 1 < x.length; i++) {
            double bend = x[i + 1] - x[i] * x[i];
            sum += 100 * bend * bend + (1 - x[i]) * (1 - x[i]);
        }
        return sum;
    }

    private static double conditional(Map<String, Object> values) {
        double shared = get(values, "shared") - 0.3;
        double own = switch ((String) Objects.requireNonNull(values.get("branch"))) {
            case "a" -> 0.02 + Math.pow(Math.log10(get(values, "a_rate")) + 2.5, 2);
            case "b" -> Math.pow(get(values, "b_x") - 1, 2) + Math.pow(get(values, "b_y") + 0.5, 2);
            default -> 0.05 + 0.2 * (3 - get(values, "c_u") - get(values, "c_v") - get(values, "c_w"));
        };
        return own + shared * shared;
    }
}
