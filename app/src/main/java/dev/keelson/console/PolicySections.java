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
                .note("Loss is the mean of an event under the model that served then. Gains are against never retraining and against"
                        + " today's policy, with 95 % intervals and p-values that hold for all policies at once (block bootstrap,"
                        + " maximum of the statistics). Regret is the share of what the clairvoyant oracle saves that is not saved."
                        + " A promotion is false, a refusal missed, when the other model would have lost less until the next change.")
                .done());
        section(sections, "Over time", pictures.losses(), "Triangle: another model serves. Ring: trained or alarmed. Square: refused, or rolled back.");
        section(sections, "Saved so far", pictures.saved(), "The band is of today's policy, 95 % at each point.");
        section(
                sections,
                "Every model, every period",
                pictures.heat(),
                "Blue: lost less than the mean of all models then; orange: more. A row that fades to orange is a model that ages; stripes that come back are seasons.");
        sections.add(new SectionDraft("At which price")
                .sheet(prices(document))
                .note("What each policy costs in all at a price of one retraining; the oracles choose anew at each price.")
                .done());
        return sections;
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
                        "Loss", "Gain on never", "p", "Gain on today's", "p", "Regret", "By chance", "Money", "Trained", "Promoted",
                        "False", "Refused", "Missed", "Rolled back", "Stale", "Age, days", "CPU, s");
        boolean dated = document.path("changes").size() > 0;
        if (dated) {
            sheet.numbers("Changes seen", "After, days", "False alarms a year");
        }
        for (JsonNode each : document.path("policies")) {
            JsonNode band = each.path("random_band");
            List<Cell> row = new ArrayList<>(List.of(
                    Cell.of(each.path("policy").asText().replace('_', ' '), each.path("yardstick").asBoolean() ? "yardstick" : ""),
                    Cell.of(fixed(each.path("loss"), 4)),
                    gain(each.path("against_never")),
                    Cell.of(fixed(each.path("against_never").path("p"), 3)),
                    gain(each.path("against_today")),
                    Cell.of(fixed(each.path("against_today").path("p"), 3)),
                    Cell.of(fixed(each.path("regret"), 2)),
                    Cell.of(fixed(band.path(0), 4) + " to " + fixed(band.path(1), 4)),
                    Cell.of(fixed(each.path("money"), 1)),
                    Cell.of(each.path("retrains").asText()),
                    Cell.of(each.path("promotions").asText()),
                    Cell.of(each.path("false_promotions").asText()),
                    Cell.of(each.path("refusals").asText()),
                    Cell.of(each.path("missed_promotions").asText()),
                    Cell.of(each.path("rollbacks").asText()),
                    Cell.of(String.format(Locale.ROOT, "%.0f %%", 100 * each.path("stale_share").asDouble())),
                    Cell.of(fixed(each.path("mean_age_days"), 0)),
                    Cell.of(fixed(each.path("cpu_seconds"), 1))));
            if (dated) {
                JsonNode changes = each.path("changes");
                row.add(Cell.of(changes.isObject() ? "%s of %s".formatted(changes.path("found").asText(), changes.path("dated").asText()) : Text.NONE));
                row.add(Cell.of(fixed(changes.path("alarm_delay_days"), 0)));
                row.add(Cell.of(fixed(changes.path("false_alarms_a_year"), 1)));
            }
            sheet.row(row);
        }
        return sheet;
    }

    private static SheetDraft prices(JsonNode document) {
        SheetDraft sheet = new SheetDraft("Costs by price of a retraining").numbers("Price").words("Cheapest policy");
        List<String> names = new ArrayList<>();
        document.path("cost_curve").path(0).path("costs").fieldNames().forEachRemaining(names::add);
        names.forEach(name -> sheet.numbers(name.replace('_', ' ')));
        for (JsonNode point : document.path("cost_curve")) {
            List<Cell> row = new ArrayList<>();
            row.add(Cell.of(String.format(Locale.ROOT, "%.4g", point.path("price").asDouble())));
            row.add(Cell.of(point.path("best").asText().replace('_', ' ')));
            names.forEach(name -> row.add(Cell.of(fixed(point.path("costs").path(name), 1))));
            sheet.row(row);
        }
        return sheet;
    }

    /** Of the document of an advice. */
    static List<Section> advice(JsonNode document) {
        SheetDraft schedules = new SheetDraft("Schedules")
                .words("Cron")
                .numbers("Steps between", "Loss", "Trainings a year", "Worth a year", "p");
        for (JsonNode each : document.path("schedules")) {
            JsonNode worth = each.path("worth_a_year");
            schedules.row(List.of(
                    Cell.of(each.path("cron").asText()),
                    Cell.of(each.path("every_periods").asText()),
                    Cell.of(fixed(each.path("loss"), 4)),
                    Cell.of(fixed(each.path("retrains_a_year"), 1)),
                    SheetDraft.estimate(
                            worth.path(1).asDouble(Double.NaN),
                            worth.path(0).asDouble(Double.NaN),
                            worth.path(2).asDouble(Double.NaN),
                            value -> String.format(Locale.ROOT, "%.4g", value)),
                    Cell.of(fixed(each.path("p"), 3))));
        }
        SheetDraft windows = new SheetDraft("Loss by history and age, beyond models of all history")
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
            row.add(Cell.of(fixed(each.path("p"), 3)));
            windows.row(row);
        }
        List<double[]> ages = new ArrayList<>();
        document.path("by_age").forEach(age -> ages.add(
                new double[] {age.path("periods").asDouble(), age.path("excess").asDouble()}));
        SectionDraft section = new SectionDraft("How often to retrain")
                .lead(document.path("sentence").asText())
                .sheet(schedules)
                .sheet(windows)
                .note("Worth is what a schedule saves a year against never retraining, trainings paid, with an interval that holds"
                        + " for all schedules at once.");
        if (ages.size() > 1) {
            section.chart(CurveChart.of("loss beyond the newest model, by age in steps", List.of(new CurveChart.Line("all models", ages))));
        }
        return List.of(section.done());
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
