package dev.keelson.registry.rollout;

import dev.keelson.error.ErrorCode;
import dev.keelson.error.KeelsonException;
import dev.keelson.error.Problem;
import dev.keelson.expression.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Parts of rollouts as persons write them. What is wrong is told as BAD_REQUEST. */
public final class RolloutText {
    private RolloutText() {}

    /** A share: {@code 10%} or {@code 0.1}. */
    public static double share(String text) {
        String number = text.strip();
        boolean percent = number.endsWith("%");
        try {
            double value = Double.parseDouble(percent ? number.substring(0, number.length() - 1) : number);
            double share = percent ? value / 100 : value;
            if (share >= 0 && share <= 1) {
                return share;
            }
        } catch (NumberFormatException e) {
            throw wrong("share", text, "a share such as 10% or 0.1", e);
        }
        throw wrong("share", text, "a share such as 10% or 0.1", null);
    }

    /** How long: {@code 30m}, {@code 1h}, {@code 2d}, or as ISO 8601 has it, {@code PT1H}. */
    public static Duration hold(String text) {
        try {
            String given = text.strip();
            Duration hold = given.startsWith("P") ? Duration.parse(given) : Durations.parse(given);
            if (hold.isPositive()) {
                return hold;
            }
        } catch (KeelsonException | DateTimeException e) {
            throw wrong("hold", text, "a duration such as 30m, 1h or 2d", e);
        }
        throw wrong("hold", text, "a duration such as 30m, 1h or 2d", null);
    }

    /**
     * Steps: {@code 5%:1h,25%:1h,50%}. One that is about groups of clients has them before it, joined by a plus sign:
     * {@code beta-*+anna@100%:1d}.
     */
    public static List<RolloutStep> steps(String text) {
        List<RolloutStep> steps = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            steps.add(step(each.strip()));
        }
        return steps;
    }

    /** One step. */
    public static RolloutStep step(String text) {
        int at = text.lastIndexOf('@');
        List<String> groups = at < 0 ? List.of() : List.of(text.substring(0, at).split("\\+"));
        String rest = text.substring(at + 1);
        int colon = rest.indexOf(':');
        try {
            return new RolloutStep(
                    share(colon < 0 ? rest : rest.substring(0, colon)),
                    groups,
                    colon < 0 ? null : hold(rest.substring(colon + 1)));
        } catch (IllegalArgumentException e) {
            throw wrong("step", text, "such as 5%:1h or beta-*@100%:1d", e);
        }
    }

    /** A kind: {@code blue_green} or {@code blue-green}, {@code canary}, {@code ab}, {@code shadow}, {@code steps}. */
    public static Rollout.Kind kind(String text) {
        String word = text.strip().toLowerCase(Locale.ROOT).replace('-', '_');
        for (Rollout.Kind kind : Rollout.Kind.values()) {
            if (kind.word().equals(word)) {
                return kind;
            }
        }
        throw wrong("kind", text, "one of blue_green, canary, ab, shadow and steps", null);
    }

    /** What one version always answers: {@code entity} or {@code client}. */
    public static Rollout.Sticky sticky(String text) {
        for (Rollout.Sticky sticky : Rollout.Sticky.values()) {
            if (sticky.word().equals(text.strip().toLowerCase(Locale.ROOT))) {
                return sticky;
            }
        }
        throw wrong("sticky", text, "entity or client", null);
    }

    private static KeelsonException wrong(
            String what, String text, String expected, @Nullable Throwable cause) {
        return new KeelsonException(
                List.of(Problem.of(
                        ErrorCode.BAD_REQUEST, "The %s (%s) is wrong; expected %s.".formatted(what, text, expected), null)),
                cause);
    }
}
