package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Markup;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The charts of a search for settings. Very bad trials would press all others together: losses far above the best nine tenths
 * are drawn at the upper edge.
 */
final class StudyCharts {
    private static final double BROAD = 1180;
    /** Trials that are drawn; of more, the best and some evenly spread ones. */
    private static final int MOST_POINTS = 2000;
    /** Lines that are drawn. */
    private static final int MOST_LINES = 1000;
    /** Settings that are drawn side by side. */
    static final int MOST_AXES = 8;

    private final List<Trial> all;
    private final List<Trial> complete;
    private final String metric;
    private final double low;
    private final double high;
    private final int bestNumber;
    private final int good;

    /**
     * A trial that has ended.
     *
     * @param number its place, from 0
     * @param state {@code complete}, {@code pruned} or {@code failed}
     * @param loss NaN unless complete
     * @param settings setting to value
     */
    record Trial(int number, String state, double loss, Map<String, JsonNode> settings) {
        static Trial of(JsonNode document) {
            Map<String, JsonNode> settings = new TreeMap<>();
            document.path("settings").properties().forEach(each -> settings.put(each.getKey(), each.getValue()));
            return new Trial(
                    document.path("number").asInt(),
                    document.path("state").asText("complete"),
                    document.path("loss").asDouble(Double.NaN),
                    settings);
        }

        boolean isComplete() {
            return Double.isFinite(loss);
        }

        /** In words. */
        String text() {
            return "trial %d: %s%s"
                    .formatted(
                            number,
                            isComplete() ? Text.fixed(loss, 5) : state,
                            settings.entrySet().stream()
                                    .map(each -> ", " + each.getKey() + " " + SettingAxis.label(each.getValue()))
                                    .collect(Collectors.joining()));
        }
    }

    /**
     * @param trials by number
     * @param metric the loss, in words
     */
    StudyCharts(List<Trial> trials, String metric) {
        this(trials, metric, false);
    }

    /**
     * @param trials by number
     * @param metric what they are judged by, in words
     * @param greater whether great values of it are good
     */
    StudyCharts(List<Trial> trials, String metric, boolean greater) {
        this.all = trials;
        this.metric = metric;
        Comparator<Trial> best = Comparator.comparingDouble(trial -> greater ? -trial.loss() : trial.loss());
        this.complete = trials.stream()
                .filter(Trial::isComplete)
                .sorted(best.thenComparingInt(Trial::number))
                .toList();
        int n = complete.size();
        double first = n == 0 ? Double.NaN : complete.getFirst().loss();
        double tenth = n == 0 ? Double.NaN : complete.get((9 * (n - 1)) / 10).loss();
        double last = n == 0 ? Double.NaN : complete.getLast().loss();
        double worst = greater
                ? tenth < first ? Math.max(last, 2 * tenth - first) : last
                : tenth > first ? Math.min(last, 2 * tenth - first) : last;
        this.low = greater ? worst : first;
        this.high = greater ? first : worst;
        this.bestNumber = n == 0 ? -1 : complete.getFirst().number();
        this.good = Math.max(1, n / 20);
    }

    int completed() {
        return complete.size();
    }

    int best() {
        return bestNumber;
    }

    /** How many lie above the scale. */
    private long beyond() {
        return complete.stream().filter(trial -> trial.loss() > high).count();
    }

    private List<Trial> drawn(int most) {
        if (complete.size() <= most) {
            return complete;
        }
        List<Trial> some = new ArrayList<>(complete.subList(0, most / 4));
        double step = (complete.size() - most / 4.0) / (most - most / 4.0);
        for (double i = most / 4.0; i < complete.size(); i += step) {
            some.add(complete.get((int) i));
        }
        return some;
    }

    // ---- history

    /**
     * Loss by trial with the least so far as a line; trials without a loss as marks below.
     *
     * @param file loss of the settings of the project file, or NaN
     */
    Markup history(double file) {
        if (all.isEmpty()) {
            return Markup.EMPTY;
        }
        double left = 76;
        double right = BROAD - 170;
        double top = 12;
        double bottom = 232;
        double below = 258;
        int last = Math.max(1, all.getLast().number());
        Svg svg = new Svg(BROAD, 318, "study broad", "%s of %d trials in their order, and the least so far".formatted(Text.sentence(metric), all.size()));
        Axis x = Axis.tight(0, last, left + 8, right - 8, 10);
        if (!complete.isEmpty()) {
            boolean level = Double.isFinite(file);
            double least = level ? Math.min(low, file) : low;
            double most = level && file <= high + (high - low) ? Math.max(high, file) : high;
            Axis y = Axis.nice(least, most, bottom, top, 5);
            Charts.grid(svg, y, left, right, false);
            for (Trial trial : drawn(MOST_POINTS)) {
                svg.circle(
                        trial.number() == bestNumber ? "best" : trial.loss() > high ? "point beyond" : "point",
                        x.at(trial.number()),
                        y.at(trial.loss()),
                        trial.number() == bestNumber ? 5 : 3,
                        trial.text());
            }
            svg.path("line", soFar(x, y, last), "");
            double text = y.at(low) + 4;
            svg.text("value own", right + 8, text, "start", "best " + Text.fixed(low, 5));
            if (level) {
                double at = y.at(file);
                svg.line("level dashed", left, at, right, at);
                double beside = Math.abs(at + 4 - text) < 14 ? (at + 4 < text ? text - 14 : text + 14) : at + 4;
                svg.text("label", right + 8, beside, "start", "file " + Text.fixed(file, 5));
            }
            svg.upright("title", 12, (top + bottom) / 2, metric);
        } else {
            svg.text("note", (left + right) / 2, (top + bottom) / 2, "middle", "no trial has come to its end yet");
        }
        svg.line("axis", left, bottom, right, bottom);
        for (Trial trial : all) {
            if (!trial.isComplete()) {
                mark(svg, x.at(trial.number()), below, trial);
            }
        }
        if (complete.size() < all.size()) {
            svg.text("label", left - 6, below + 4, "end", "no loss");
        }
        for (double tick : x.ticks()) {
            if (tick == Math.rint(tick)) {
                svg.line("tick", x.at(tick), below + 12, x.at(tick), below + 16);
                svg.text("label", x.at(tick), below + 28, "middle", x.label(tick));
            }
        }
        return svg.text("title", (left + right) / 2, below + 48, "middle", "trial").done();
    }

    private static void mark(Svg svg, double x, double y, Trial trial) {
        if (trial.state().equals("failed")) {
            svg.path(
                    "failed",
                    "M%s %sl8 8m0 -8l-8 8".formatted(Svg.number(x - 4), Svg.number(y - 4)),
                    trial.text());
        } else {
            svg.rect("pruned", x - 1.5, y - 4, 3, 8, trial.text());
        }
    }

    private String soFar(Axis x, Axis y, int last) {
        StringBuilder path = new StringBuilder();
        double least = Double.POSITIVE_INFINITY;
        for (Trial trial : all) {
            if (trial.isComplete() && trial.loss() < least) {
                String at = Svg.number(x.at(trial.number()));
                if (path.isEmpty()) {
                    path.append('M').append(at).append(' ').append(Svg.number(y.at(trial.loss())));
                } else {
                    path.append('H').append(at).append('V').append(Svg.number(y.at(trial.loss())));
                }
                least = trial.loss();
            }
        }
        return path.append('H').append(Svg.number(x.at(last))).toString();
    }

    String historyNote(double file) {
        if (all.isEmpty()) {
            return "";
        }
        long pruned = all.stream().filter(trial -> trial.state().equals("pruned")).count();
        long failed = all.stream().filter(trial -> trial.state().equals("failed")).count();
        StringBuilder note = new StringBuilder("Circles are trials that came to their end, the line is the least ");
        note.append(metric).append(" so far.");
        if (pruned > 0) {
            note.append(" Bars below: %d stopped early, because they were worse than others after as many folds.".formatted(pruned));
        }
        if (failed > 0) {
            note.append(" Crosses below: %d failed; the table says why.".formatted(failed));
        }
        if (Double.isFinite(file)) {
            note.append(" Dashed: the settings of the project file.");
        }
        if (beyond() > 0) {
            note.append(" %d far worse ones lie at the upper edge.".formatted(beyond()));
        }
        if (complete.size() > MOST_POINTS) {
            note.append(" %s of %s are drawn.".formatted(Text.count(MOST_POINTS), Text.count(complete.size())));
        }
        return note.toString();
    }

    // ---- all settings together

    /** The values of a setting that trials with a loss had. */
    private List<JsonNode> values(String setting) {
        return complete.stream()
                .map(trial -> trial.settings().get(setting))
                .filter(value -> value != null)
                .toList();
    }

    private @Nullable SettingAxis axis(String setting, String domain, double from, double to) {
        List<JsonNode> values = values(setting);
        return values.isEmpty() ? null : SettingAxis.of(setting, domain, values, from, to);
    }

    /**
     * A line for each trial through its settings to its loss; the best are drawn last.
     *
     * @param domains setting to its values as in a project file, in the order of the axes
     */
    Markup parallel(Map<String, String> domains) {
        if (complete.size() < 2) {
            return Markup.EMPTY;
        }
        double top = 34;
        double bottom = 286;
        double inactive = bottom + 22;
        List<SettingAxis> axes = new ArrayList<>();
        domains.forEach((setting, domain) -> {
            SettingAxis axis = axes.size() < MOST_AXES ? axis(setting, domain, bottom, top) : null;
            if (axis != null) {
                axes.add(axis);
            }
        });
        double left = 90;
        double right = BROAD - 110;
        double gap = axes.isEmpty() ? 0 : (right - left) / axes.size();
        Axis loss = Axis.tight(low, high, bottom, top, 5);
        Svg svg = new Svg(BROAD, 322, "study broad", "Each of %d trials as a line through its settings to its %s. %s".formatted(complete.size(), metric, common(domains)));
        List<Trial> lines = drawn(MOST_LINES).reversed();
        Map<Integer, Integer> rank = new HashMap<>();
        for (int i = 0; i < complete.size(); i++) {
            rank.put(complete.get(i).number(), i);
        }
        for (Trial trial : lines) {
            int place = rank.getOrDefault(trial.number(), 0);
            String kind = place < good ? "top" : "q" + Math.min(3, 4 * place / complete.size());
            svg.path("trial " + kind, through(trial, axes, left, gap, inactive) + Svg.number(right) + " "
                    + Svg.number(loss.at(trial.loss())), trial.text());
        }
        for (int a = 0; a < axes.size(); a++) {
            double x = left + a * gap;
            svg.line("axis", x, top, x, bottom);
            svg.text("name", x, top - 16, "middle", axes.get(a).name());
            for (SettingAxis.Tick tick : axes.get(a).ticks()) {
                svg.line("tick", x - 4, tick.at(), x, tick.at());
                svg.text("label halo", x - 7, tick.at() + 4, "end", tick.label());
            }
            String setting = axes.get(a).name();
            if (lines.stream().anyMatch(trial -> !trial.settings().containsKey(setting))) {
                svg.text("label halo", x - 7, inactive + 4, "end", "none");
            }
        }
        svg.line("axis", right, top, right, bottom);
        svg.text("name", right, top - 16, "middle", metric);
        for (double tick : loss.ticks()) {
            svg.line("tick", right, loss.at(tick), right + 4, loss.at(tick));
            svg.text("label", right + 8, loss.at(tick) + 4, "start", loss.label(tick));
        }
        return svg.done();
    }

    /** The way of a trial up to its loss; below the axis of a setting that is not active beside its others. */
    private static String through(Trial trial, List<SettingAxis> axes, double left, double gap, double inactive) {
        StringBuilder path = new StringBuilder("M");
        for (int a = 0; a < axes.size(); a++) {
            JsonNode value = trial.settings().get(axes.get(a).name());
            path.append(Svg.number(left + a * gap)).append(' ');
            path.append(Svg.number(value == null ? inactive : axes.get(a).at(value))).append('L');
        }
        return path.toString();
    }

    /** What the best trials have in common, in words. */
    private String common(Map<String, String> domains) {
        List<Trial> top = complete.subList(0, good);
        List<String> parts = new ArrayList<>();
        domains.keySet().stream().limit(MOST_AXES).forEach(setting -> {
            List<JsonNode> values = top.stream()
                    .map(trial -> trial.settings().get(setting))
                    .filter(value -> value != null)
                    .toList();
            if (!values.isEmpty()) {
                parts.add(setting + " " + span(values));
            }
        });
        return "The best %s %s.".formatted(good == 1 ? "one has" : good + " have", String.join(", ", parts));
    }

    private static String span(List<JsonNode> values) {
        if (!values.stream().allMatch(JsonNode::isNumber)) {
            return values.stream().map(JsonNode::asText).distinct().sorted().collect(Collectors.joining(" or "));
        }
        double[] numbers = values.stream().mapToDouble(JsonNode::asDouble).toArray();
        Arrays.sort(numbers);
        String least = SettingAxis.label(numbers[0]);
        String most = SettingAxis.label(numbers[numbers.length - 1]);
        return least.equals(most) ? least : least + " to " + most;
    }

    String parallelNote(Map<String, String> domains) {
        if (complete.size() < 2) {
            return "Nothing to compare yet: fewer than two trials have come to their end.";
        }
        String note = common(domains) + " The best are drawn thick and last; the bluer a line, the better its trial.";
        if (domains.size() > MOST_AXES) {
            note += " The %d settings that matter most of %d are drawn.".formatted(MOST_AXES, domains.size());
        }
        return complete.size() > MOST_LINES
                ? note + " %s of %s are drawn.".formatted(Text.count(MOST_LINES), Text.count(complete.size()))
                : note;
    }

    // ---- one setting

    /**
     * The loss against one setting; empty when no trial with a loss had it.
     *
     * @param domain its values as in a project file
     */
    Markup slice(String setting, String domain) {
        double width = 360;
        double left = 70;
        double right = width - 14;
        double top = 28;
        double bottom = 190;
        SettingAxis x = axis(setting, domain, left + 8, right - 8);
        if (x == null) {
            return Markup.EMPTY;
        }
        Axis y = Axis.nice(low, high, bottom, top, 4);
        Svg svg = new Svg(width, 236, "study slice", "%s against %s, best at %s".formatted(Text.sentence(metric), setting, bestAt(setting)));
        svg.text("heading", left, 14, "start", setting);
        Charts.grid(svg, y, left, right, false);
        for (Trial trial : drawn(MOST_POINTS / 2).reversed()) {
            JsonNode value = trial.settings().get(setting);
            if (value != null) {
                boolean best = trial.number() == bestNumber;
                svg.circle(best ? "best" : "point", x.at(value), y.at(trial.loss()), best ? 5 : 3, trial.text());
            }
        }
        svg.line("axis", left, bottom, right, bottom);
        for (SettingAxis.Tick tick : x.ticks()) {
            svg.line("tick", tick.at(), bottom, tick.at(), bottom + 4);
            svg.text("label", tick.at(), bottom + 17, "middle", tick.label());
        }
        svg.upright("title", 12, (top + bottom) / 2, metric);
        return svg.text("title", (left + right) / 2, 230, "middle", domain.isEmpty() ? setting : setting + ": " + domain)
                .done();
    }

    private String bestAt(String setting) {
        JsonNode value = complete.getFirst().settings().get(setting);
        return value == null ? "trials without it" : SettingAxis.label(value);
    }
}
