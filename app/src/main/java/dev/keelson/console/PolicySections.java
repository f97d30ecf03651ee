package dev.keelson.console;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.console.view.Markup;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a comparison of policies, or advice on a schedule, says: in sentences, pictures and tables. */
final class PolicySections {
    private PolicySections() {}

    /** Of a comparison's document. */
    static List<Section> comparison(JsonNode document) {
        PolicyPictures pictures = new PolicyPictures(document);
        List<Section> sections = new ArrayList<>();
        List<String> sentences = new ArrayList<>();
        document.path("verdict").forEach(sentence -> sentences.add(sentence.asText()));
        sections.add(new SectionDraft("Does retraining pay?")
                .lead(String.join(" ", sentences))
                .fact("Model", document.path("model").asText())
                .fact(
                        "Period",
                        document.path("from_day").asText() + " to " + document.path("to_day").asText() + ", "
                                + document.path("periods").asInt() + " steps")
                .fact("Models trained", Text.count(document.path("models").asLong()))
                .fact("Events", Text.count(document.path("events").asLong()))
                .fact("Loss", document.path("loss").asText().replace('_', ' '))
                .fact("Labels known after", String.format(Locale.ROOT, "%.1f hours (median)", document.path("label_delay_hours").asDouble()))
                .fact("Followed today", document.path("today").asText().replace('_', ' '))
                .fact("Known changes", known(document))
                .fact("Money", document.path("money_is").asText(Text.NONE))
                .fact("Drift", document.path("drift_looks_at").asText(Text.NONE))
                .done());
        sections.add(new SectionDraft("Policies")
                .broad(pictures.pareto())
                .sheet(policies(document))
                .note("Loss is the mean of an event under the model that served then; below it stands that of as many trainings at times"
                        + " drawn by chance, 5 % to 95 %. Gains are against never retraining and against today's policy, with 95 %"
                        + " intervals and p-values that hold for all policies at once (block bootstrap, maximum of the statistics)."
                        + " A promotion is false, a refusal missed, when the other model would have lost less until the next change."
                        + " Stale is the share of events for which the newest model would have lost over 1 % less.")
                .note(regret(document))
                .done());
        section(sections, "Over time", pictures.losses(), "Triangle: another model serves. Ring: trained or alarmed. Square: refused, or rolled back.");
        section(sections, "Saved so far", pictures.saved(), "The band is of today's policy, 95 % at each point. " + oracle(document));
        section(
                sections,
                "Every model, every period",
                pictures.heat(),
                "Blue: lost less than the mean of all models then; orange: more. A row that fades to orange is a model that ages; stripes that come back are seasons.");
        sections.add(new SectionDraft("At which price")
                .sheet(prices(document))
                .note("What each policy costs in all, losses and trainings, by the price of one retraining (across); the oracles choose anew at each price.")
                .done());
        return sections;
    }

    /** What regret is; at a price at which the oracle does not train either, nothing can be told from it. */
    private static String regret(JsonNode document) {
        String what = "Regret is the share of what the clairvoyant oracle saves against never retraining that is not saved, trainings paid.";
        boolean none = false;
        for (JsonNode each : document.path("policies")) {
            none |= !each.path("regret").isNumber();
        }
        return none
                ? what + " At this price of a retraining the oracle saves nothing, so what costs more than never retraining has no regret: –."
                : what;
    }

    private static String oracle(JsonNode document) {
        double price = document.path("retrain_cost").asDouble();
        return "Only losses are counted here, not what trainings cost."
                + (price > 0
                        ? String.format(
                                Locale.ROOT,
                                " The clairvoyant oracle has the least sum of losses and trainings, at a price of %.4g each, so what trains more often may save more loss than it.",
                                price)
                        : "");
    }

    private static String known(JsonNode document) {
        List<String> known = new ArrayList<>();
        document.path("known_changes").forEach(each -> known.add(
                "%s %s".formatted(each.path("at").asText(), each.path("what").asText()).strip()));
        return known.isEmpty() ? Text.NONE : String.join("; ", known);
    }

    private static void section(List<Section> sections, String title, Markup picture, String note) {
        if (!picture.isEmptyContent()) {
            sections.add(new SectionDraft(title).broad(picture).note(note).done());
        }
    }

    private static SheetDraft policies(JsonNode document) {
        SheetDraft sheet = new SheetDraft("Policies")
                .words("Policy")
                .numbers(
                        "Loss", "Gain on never", "p", "Gain on today's", "p", "Regret", "Money", "Trained", "Promoted", "Refused", "Back",
                        "Stale", "Age, d", "CPU, s");
        boolean dated = document.path("changes").size() > 0;
        if (dated) {
            sheet.numbers("Changes seen", "False alarms");
        }
        for (JsonNode each : document.path("policies")) {
            JsonNode band = each.path("random_band");
            List<Cell> row = new ArrayList<>(List.of(
                    Cell.of(each.path("policy").asText().replace('_', ' '), each.path("yardstick").asBoolean() ? "yardstick" : ""),
                    Cell.of(fixed(each.path("loss"), 4), fixed(band.path(0), 4) + " to " + fixed(band.path(1), 4)),
                    gain(each.path("against_never")),
                    chance(each.path("against_never").path("p")),
                    gain(each.path("against_today")),
                    chance(each.path("against_today").path("p")),
                    Cell.of(fixed(each.path("regret"), 2)),
                    Cell.of(fixed(each.path("money"), 1)),
                    Cell.of(each.path("retrains").asText()),
                    Cell.of(each.path("promotions").asText(), some(each.path("false_promotions"), "false")),
                    Cell.of(each.path("refusals").asText(), some(each.path("missed_promotions"), "missed")),
                    Cell.of(each.path("rollbacks").asText()),
                    Cell.of(String.format(Locale.ROOT, "%.0f %%", 100 * each.path("stale_share").asDouble())),
                    Cell.of(fixed(each.path("mean_age_days"), 0)),
                    Cell.of(fixed(each.path("cpu_seconds"), 1))));
            if (dated) {
                JsonNode changes = each.path("changes");
                row.add(
                        changes.isObject()
                                ? Cell.of(
                                        "%s of %s".formatted(changes.path("found").asText(), changes.path("dated").asText()),
                                        changes.path("alarm_delay_days").isNumber() ? "after %s d".formatted(fixed(changes.path("alarm_delay_days"), 0)) : "")
                                : Cell.of(Text.NONE));
                row.add(Cell.of(
                        fixed(changes.path("false_alarms_a_year"), 1),
                        changes.path("false_alarm_share").isNumber()
                                ? "a year, in %.0f %% of the steps".formatted(100 * changes.path("false_alarm_share").asDouble())
                                : ""));
            }
            sheet.row(row);
        }
        return sheet;
    }

    private static String some(JsonNode count, String what) {
        return count.asInt() == 0 ? "" : "%s %s".formatted(count.asText(), what);
    }

    /** Policies down, prices across. */
    private static SheetDraft prices(JsonNode document) {
        SheetDraft sheet = new SheetDraft("Costs by price of a retraining").words("Policy");
        JsonNode points = document.path("cost_curve");
        points.forEach(point -> sheet.numbers(String.format(Locale.ROOT, "%.3g", point.path("price").asDouble())));
        points.path(0).path("costs").fieldNames().forEachRemaining(name -> {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(name.replace('_', ' '), name.startsWith("oracle") ? "yardstick" : ""));
            points.forEach(point -> row.add(Cell.of(
                    fixed(point.path("costs").path(name), 1), point.path("best").asText().equals(name) ? "cheapest" : "")));
            sheet.row(row);
        });
        return sheet;
    }

    /** Of the document of an advice. */
    static List<Section> advice(JsonNode document) {
        SheetDraft schedules = new SheetDraft("Schedules of retraining")
                .words("Nearest cron")
                .numbers("Steps between", "Loss", "Trainings a year", "Worth a year", "p of the worth");
        for (JsonNode each : document.path("schedules")) {
            JsonNode worth = each.path("worth_a_year");
            schedules.row(List.of(
                    Cell.of(each.path("cron").asText(), each.path("cadence").asText("")),
                    Cell.of(each.path("every_periods").asText()),
                    Cell.of(fixed(each.path("loss"), 4)),
                    Cell.of(fixed(each.path("retrains_a_year"), 1)),
                    SheetDraft.estimate(
                            worth.path(1).asDouble(Double.NaN),
                            worth.path(0).asDouble(Double.NaN),
                            worth.path(2).asDouble(Double.NaN),
                            value -> String.format(Locale.ROOT, "%.4g", value)),
                    chance(each.path("p"))));
        }
        SheetDraft windows = new SheetDraft("Loss by history and age")
                .words("History, days")
                .numbers("Fresh", "Second quarter", "Third quarter", "Old", "Gain in all", "p");
        for (JsonNode each : document.path("by_window")) {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(fixed(each.path("days"), 0)));
            for (int q = 0; q < 4; q++) {
                row.add(Cell.of(fixed(each.path("excess_by_age").path(q), 5)));
            }
            row.add(Cell.of("%s [%s, %s]".formatted(
                    fixed(each.path("gain").path(1), 5), fixed(each.path("gain").path(0), 5), fixed(each.path("gain").path(2), 5))));
            row.add(chance(each.path("p")));
            windows.row(row);
        }
        List<double[]> ages = new ArrayList<>();
        document.path("by_age").forEach(age -> ages.add(
                new double[] {age.path("periods").asDouble(), age.path("excess").asDouble()}));
        SectionDraft section = new SectionDraft("How often to retrain")
                .lead(document.path("sentence").asText())
                .sheet(schedules)
                .sheet(windows)
                .note("Worth is what a schedule saves a year against never retraining, trainings paid; below zero it costs more than it"
                        + " saves. Its interval and its p-value, that it is worth nothing, hold for all schedules at once. Crons come at"
                        + " even distances, so not every number of steps has one of its own.");
        if (ages.size() > 1) {
            section.broad(CurveChart.of("loss beyond the newest model, by age in steps", List.of(new CurveChart.Line("all models", ages))));
        }
        return List.of(section.done());
    }

    /** A p-value; 0 is none, only less than the resamples can tell. */
    private static Cell chance(JsonNode p) {
        return Cell.of(p.isNumber() && p.asDouble() < 0.001 ? "< 0.001" : fixed(p, 3));
    }

    private static Cell gain(JsonNode gain) {
        return gain.isObject()
                ? SheetDraft.estimate(
                        gain.path("gain").asDouble(),
                        gain.path("lower").asDouble(),
                        gain.path("upper").asDouble(),
                        value -> String.format(Locale.ROOT, "%+.4f", value))
                : Cell.of(Text.NONE);
    }

    private static String fixed(JsonNode node, int decimals) {
        return node.isNumber() ? String.format(Locale.ROOT, "%." + decimals + "f", node.asDouble()) : Text.NONE;
    }

}
