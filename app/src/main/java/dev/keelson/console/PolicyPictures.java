package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Markup;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a comparison of policies looks like. */
final class PolicyPictures {
    private static final double WIDTH = 1180;
    private static final double LEFT = 96;
    private static final double RIGHT = WIDTH - 190;
    private static final double TOP = 34;
    private static final double LINES = 320;
    private static final int DRAWN = 6;
    private static final int LEVELS = 3;

    private final JsonNode document;
    private final List<LocalDate> times = new ArrayList<>();
    private final LocalDate first;
    private final long span;

    PolicyPictures(JsonNode document) {
        this.document = document;
        document.at("/series/times").forEach(time -> times.add(day(time.asText())));
        this.first = times.isEmpty() ? LocalDate.EPOCH : times.getFirst();
        this.span = Math.max(1, ChronoUnit.DAYS.between(first, day(document.path("to").asText("1970-01-02T00:00:00Z"))));
    }

    private static LocalDate day(String instant) {
        return Instant.parse(instant).atZone(ZoneOffset.UTC).toLocalDate();
    }

    private Axis days() {
        return Axis.tight(0, (double) span, LEFT, RIGHT, 6);
    }

    private double at(Axis x, int point) {
        return point < times.size() ? x.at((double) ChronoUnit.DAYS.between(first, times.get(point))) : RIGHT;
    }

    /** Models by the day of their training, time across: blue lost less than the mean of all models then, orange more. */
    Markup heat() {
        JsonNode rows = document.at("/series/heat");
        int models = rows.size();
        if (models < 2) {
            return Markup.EMPTY;
        }
        double cell = Math.max(4, Math.min(14, 420.0 / models));
        double bottom = TOP + cell * models;
        double[][] off = offsets(rows);
        double scale = scale(off);
        Svg svg = new Svg(WIDTH, bottom + 34, "broad heat", "Loss of each model in each period beside the mean of all models then");
        svg.text("heading", 12, 18, "start", "Loss by model (down: day of training) and time");
        Axis x = days();
        for (int k = 0; k < models; k++) {
            int start = 0;
            for (int i = 1; i <= off[k].length; i++) {
                if (i == off[k].length || !level(off[k][i], scale).equals(level(off[k][start], scale))) {
                    String level = level(off[k][start], scale);
                    if (!level.isEmpty()) {
                        svg.rect(level, at(x, start), TOP + k * cell, at(x, i) - at(x, start), cell, "");
                    }
                    start = i;
                }
            }
            if (k % Math.max(1, (int) Math.ceil(16 / cell)) == 0) {
                svg.text("label", LEFT - 8, TOP + (k + 0.5) * cell + 4, "end", day(document.at("/series/trained").get(k).asText()).toString());
            }
        }
        svg.line("axis", LEFT, bottom, RIGHT, bottom);
        Charts.dates(svg, first, span, x, bottom);
        double y = TOP + 10;
        for (int i = -LEVELS; i <= LEVELS; i++) {
            svg.rect(level(i * scale / LEVELS, scale), RIGHT + 24, y - 10, 16, 12, "");
            svg.text("label", RIGHT + 48, y, "start", String.format(Locale.ROOT, "%+.3g", i * scale / LEVELS));
            y += 18;
        }
        return svg.done();
    }

    private static double[][] offsets(JsonNode rows) {
        int points = rows.get(0).size();
        double[][] off = new double[rows.size()][points];
        for (int i = 0; i < points; i++) {
            double sum = 0;
            int n = 0;
            for (JsonNode row : rows) {
                if (row.get(i).isNumber()) {
                    sum += row.get(i).asDouble();
                    n++;
                }
            }
            for (int k = 0; k < off.length; k++) {
                off[k][i] = rows.get(k).get(i).isNumber() ? rows.get(k).get(i).asDouble() - sum / n : Double.NaN;
            }
        }
        return off;
    }

    private static double scale(double[][] off) {
        double[] sizes = Arrays.stream(off)
                .flatMapToDouble(Arrays::stream)
                .filter(Double::isFinite)
                .map(Math::abs)
                .sorted()
                .toArray();
        return sizes.length == 0 ? 1 : Math.max(1e-9, sizes[(int) (sizes.length * 0.95)]);
    }

    private static String level(double off, double scale) {
        if (!Double.isFinite(off)) {
            return "";
        }
        long level = Math.max(-LEVELS, Math.min(LEVELS, Math.round(LEVELS * off / scale)));
        return level == 0 ? "same" : (level < 0 ? "better" : "worse") + Math.abs(level);
    }

    /** The policies that are drawn by name: what is done today, never, the best others, the clairvoyant oracle. */
    private List<String> drawn() {
        List<String> names = new ArrayList<>(List.of(document.path("today").asText(), "never"));
        List<JsonNode> others = new ArrayList<>();
        document.path("policies").forEach(others::add);
        others.sort((a, b) -> Double.compare(a.path("loss").asDouble(), b.path("loss").asDouble()));
        for (JsonNode other : others) {
            String name = other.path("policy").asText();
            if (names.size() < DRAWN - 1 && !other.path("yardstick").asBoolean() && !names.contains(name)) {
                names.add(name);
            }
        }
        names.add("oracle_clairvoyant");
        return names.stream()
                .filter(name -> document.at("/series/policies").has(name))
                .distinct()
                .toList();
    }

    /** Loss over time, with what each policy did below. */
    Markup losses() {
        List<String> names = drawn();
        return lines(names, "loss", "Loss an event over time, and when each policy retrained or changed its model", true);
    }

    /** What each policy has saved so far against never retraining. */
    Markup saved() {
        List<String> names = drawn().stream().filter(name -> !name.equals("never")).toList();
        return lines(names, "saved", "Loss saved so far against never retraining", false);
    }

    private Markup lines(List<String> names, String field, String heading, boolean events) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (String name : names) {
            JsonNode policy = document.at("/series/policies").path(name);
            for (int i = 0; i < policy.path(field).size(); i++) {
                JsonNode value = policy.path(field).get(i);
                double band = field.equals("saved") && name.equals(names.getFirst()) ? policy.path("band").get(i).asDouble() : 0;
                if (value.isNumber()) {
                    low = Math.min(low, value.asDouble() - band);
                    high = Math.max(high, value.asDouble() + band);
                }
            }
        }
        if (!(low <= high)) {
            return Markup.EMPTY;
        }
        double bottom = TOP + LINES;
        double height = bottom + 34 + (events ? 22 * names.size() : 0);
        Svg svg = new Svg(WIDTH, height, "broad curves policies", heading);
        svg.text("heading", 12, 18, "start", heading);
        Axis x = days();
        Axis y = Axis.nice(low, high, bottom, TOP, 5);
        Charts.grid(svg, y, LEFT, RIGHT, false);
        svg.line("axis", LEFT, bottom, RIGHT, bottom);
        Charts.dates(svg, first, span, x, bottom);
        document.path("changes").forEach(change -> {
            double at = x.at((double) ChronoUnit.DAYS.between(first, day(change.asText())));
            svg.line("limit", at, TOP, at, bottom);
        });
        for (int n = names.size() - 1; n >= 0; n--) {
            JsonNode policy = document.at("/series/policies").path(names.get(n));
            if (n == 0 && field.equals("saved")) {
                band(svg, policy, x, y);
            }
            StringBuilder path = new StringBuilder();
            boolean broken = true;
            for (int i = 0; i < policy.path(field).size(); i++) {
                JsonNode value = policy.path(field).get(i);
                if (value.isNumber()) {
                    path.append(broken ? 'M' : 'L').append(Svg.number(middle(x, i))).append(' ').append(Svg.number(y.at(value.asDouble())));
                }
                broken = !value.isNumber();
            }
            svg.path("line p" + n, path, names.get(n));
            double key = TOP + 10 + 20 * n;
            svg.path("line p" + n, "M" + Svg.number(RIGHT + 14) + " " + Svg.number(key - 4) + "h22", "");
            svg.text(n == 0 ? "name own" : "name", RIGHT + 42, key, "start", names.get(n).replace('_', ' '));
        }
        if (events) {
            for (int n = 0; n < names.size(); n++) {
                events(svg, names.get(n), n, x, bottom + 44 + 22 * n);
            }
        }
        return svg.done();
    }

    private double middle(Axis x, int point) {
        return (at(x, point) + at(x, point + 1)) / 2;
    }

    private void band(Svg svg, JsonNode policy, Axis x, Axis y) {
        StringBuilder area = new StringBuilder();
        int points = policy.path("saved").size();
        for (int i = 0; i < points; i++) {
            double value = policy.path("saved").get(i).asDouble() + policy.path("band").get(i).asDouble();
            area.append(i == 0 ? 'M' : 'L').append(Svg.number(middle(x, i))).append(' ').append(Svg.number(y.at(value)));
        }
        for (int i = points - 1; i >= 0; i--) {
            double value = policy.path("saved").get(i).asDouble() - policy.path("band").get(i).asDouble();
            area.append('L').append(Svg.number(middle(x, i))).append(' ').append(Svg.number(y.at(value)));
        }
        svg.path("band", area.append('Z'), "95 % band, point by point");
    }

    private void events(Svg svg, String name, int n, Axis x, double y) {
        svg.text("label", LEFT - 8, y + 4, "end", name.replace('_', ' ').replace("oracle clairvoyant", "oracle"));
        svg.line("grid", LEFT, y, RIGHT, y);
        for (JsonNode event : document.at("/series/policies").path(name).path("events")) {
            int point = event.path("at").asInt();
            String what = event.path("what").asText();
            double at = at(x, point);
            String title = "%s %s: %s".formatted(times.get(Math.min(point, times.size() - 1)), name, what);
            if (what.contains("rollback") || what.contains("refuse")) {
                svg.rect("cross p" + n, at - 3, y - 3, 6, 6, title);
            } else if (what.contains("promote")) {
                svg.path("mark p" + n, "M" + Svg.number(at) + " " + Svg.number(y - 5) + "l5 9h-10Z", title);
            } else {
                svg.circle("ring p" + n, at, y, 3.5, title);
            }
        }
    }

    /** Loss against trainings; what lies left and below nothing else does better for less. */
    Markup pareto() {
        List<JsonNode> all = new ArrayList<>();
        document.path("policies").forEach(all::add);
        double most = all.stream().mapToDouble(each -> each.path("retrains").asDouble()).max().orElse(1);
        double low = all.stream().mapToDouble(each -> each.path("loss").asDouble()).min().orElse(0);
        double high = all.stream().mapToDouble(each -> each.path("loss").asDouble()).max().orElse(1);
        double bottom = TOP + LINES;
        Svg svg = new Svg(WIDTH, bottom + 44, "broad pareto", "Loss an event against the number of trainings");
        svg.text("heading", 12, 18, "start", "Loss an event against trainings");
        Axis x = Axis.nice(0, Math.max(1, most), LEFT, RIGHT, 8);
        Axis y = Axis.nice(low, high, bottom, TOP, 5);
        Charts.grid(svg, y, LEFT, RIGHT, false);
        svg.line("axis", LEFT, bottom, RIGHT, bottom);
        for (double tick : x.ticks()) {
            svg.text("label", x.at(tick), bottom + 16, "middle", x.label(tick));
        }
        svg.text("title", (LEFT + RIGHT) / 2, bottom + 36, "middle", "trainings");
        for (JsonNode each : all) {
            int trainings = each.path("retrains").asInt();
            double loss = each.path("loss").asDouble();
            svg.circle(
                    each.path("yardstick").asBoolean() ? "ring" : "dot",
                    x.at(trainings),
                    y.at(loss),
                    5,
                    String.format(Locale.ROOT, "%s: loss %.5g, %d %s", name(each), loss, trainings, trainings == 1 ? "training" : "trainings"));
        }
        names(svg, together(all, x, y), bottom);
        return svg.done();
    }

    private static String name(JsonNode policy) {
        return policy.path("policy").asText().replace('_', ' ');
    }

    /** Policies whose dots cannot be told apart. */
    private record Spot(double x, double y, List<JsonNode> policies) {}

    /** The spots from top to bottom, those of one height from right to left. */
    private static List<Spot> together(List<JsonNode> all, Axis x, Axis y) {
        List<Spot> spots = new ArrayList<>();
        for (JsonNode each : all) {
            double px = x.at(each.path("retrains").asDouble());
            double py = y.at(each.path("loss").asDouble());
            spots.stream()
                    .filter(spot -> Math.abs(spot.x - px) < 3 && Math.abs(spot.y - py) < 3)
                    .findFirst()
                    .orElseGet(() -> {
                        Spot spot = new Spot(px, py, new ArrayList<>());
                        spots.add(spot);
                        return spot;
                    })
                    .policies
                    .add(each);
        }
        spots.sort(Comparator.comparingDouble(Spot::y).thenComparing(Spot::x, Comparator.reverseOrder()));
        return spots;
    }

    /** Names at the right, one below another: those of a spot side by side at a bracket, with a line to it. */
    private static void names(Svg svg, List<Spot> spots, double bottom) {
        double pitch = 15;
        double below = spots.stream().mapToInt(spot -> spot.policies.size()).sum() * pitch + (spots.size() - 1) * 4;
        double free = TOP - 10;
        for (Spot spot : spots) {
            double height = spot.policies.size() * pitch;
            double top = Math.max(free, Math.min(spot.y - height / 2, bottom + 10 - below)); // those below need their room
            double middle = top + height / 2;
            svg.path("leader", "M%s %sL%s %sH%s".formatted(
                    Svg.number(spot.x + 5), Svg.number(spot.y), Svg.number(RIGHT + 10), Svg.number(middle), Svg.number(RIGHT + 16)), "");
            svg.line("leader", RIGHT + 16, top + 2, RIGHT + 16, top + height - 2);
            for (JsonNode policy : spot.policies) {
                top += pitch;
                svg.text(policy.path("yardstick").asBoolean() ? "label" : "name", RIGHT + 22, top - 4, "start", name(policy));
            }
            free = top + 4;
            below -= height + 4;
        }
    }
}
