package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.data.SourceDefinition;
import dev.keelson.features.FeatureStatus;
import dev.keelson.features.FeatureViewDefinition;
import dev.keelson.frame.Micros;
import dev.keelson.http.Backend;
import dev.keelson.http.FeatureServing;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.AskedKeys;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The features that one logged prediction was made of, each with its value, its status and how old it was. For one page. */
final class UsedFeatures {
    private static final Known UNKNOWN = new Known(null, Double.NaN, "");

    private final Backend backend;
    private final PredictionEvent event;
    private final @Nullable ModelDefinition model;
    private final Map<String, Optional<FeatureServing.Answer>> answers = new HashMap<>();

    UsedFeatures(Backend backend, PredictionEvent event) {
        this.backend = backend;
        this.event = event;
        this.model = backend.project().models().stream()
                .filter(each -> each.name().equals(event.model()))
                .findFirst()
                .orElse(null);
    }

    /**
     * What is known of a feature beside its value.
     *
     * @param status why it had a value, or had none; null where only the value tells
     * @param ageSeconds from the newest event of its entity to the moment up to which features were known; NaN where that is not known
     * @param why why there is no age, or empty
     */
    record Known(@Nullable FeatureStatus status, double ageSeconds, String why) {}

    Section section() {
        SectionDraft draft = new SectionDraft("Features used");
        ModelVersion served = backend.versions(event.model()).stream()
                .filter(version -> version.version() == event.version())
                .findFirst()
                .orElse(null);
        List<String> names = served == null ? List.of() : backend.inputNames(served);
        int features = event.features().length;
        if (served == null || names.size() != features + event.watched().length) {
            return draft.empty("The names of this version's features are not known here.", "").done();
        }
        SheetDraft sheet = new SheetDraft("Features used").words("Feature").numbers("Value").words("Status").numbers("Age").words("From");
        double oldest = Double.NaN;
        int missing = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            double value = i < features ? event.features()[i] : event.watched()[i - features];
            String text = backend.inputText(served, name, value);
            FeatureViewDefinition view = view(name);
            Known known = known(name, view);
            boolean absent = text == null && Double.isNaN(value);
            missing += absent ? 1 : 0;
            oldest = Double.isNaN(known.ageSeconds()) ? oldest : Math.max(Double.isNaN(oldest) ? 0 : oldest, known.ageSeconds());
            sheet.row(List.of(
                    Cell.of(name, i < features ? "" : "watched for drift alone"),
                    Cell.of(absent ? "missing" : text != null ? text : Text.short3(value)),
                    Cell.of(badge(absent, known.status())),
                    Cell.of(FeaturesPage.age(known.ageSeconds()), known.why()),
                    from(name)));
        }
        return draft.lead("%d features, %s missing%s."
                        .formatted(names.size(), missing == 0 ? "none" : missing, Double.isNaN(oldest) ? "" : "; the oldest was " + FeaturesPage.age(oldest) + " old"))
                .sheet(sheet)
                .note("As they were known before %s. Age is from the newest event of the entity to then; what the request brought has none."
                        .formatted(Text.minute(event.asOf(), backend.project().zone())))
                .done();
    }

    private Cell from(String name) {
        String[] parts = parts(name);
        return parts.length == 0
                ? Cell.of("the request, or made of others")
                : Cell.link(parts[1], "/features/" + Paging.encoded(parts[1]));
    }

    /** Role, view and feature of what is read from an entity; none for what is not. */
    private String[] parts(String name) {
        String[] parts = name.split("\\.", -1);
        return parts.length == 3 && model != null && model.entities().containsKey(parts[0]) ? parts : new String[0];
    }

    private static Badge badge(boolean absent, @Nullable FeatureStatus status) {
        if (!absent) {
            return new Badge(Level.OK, "present");
        }
        return status == null || status == FeatureStatus.PRESENT ? new Badge(Level.MODERATE, "missing") : FeaturesPage.badge(status);
    }

    /** The view of a feature of an entity; null for what is none, and for a view of a query. */
    private @Nullable FeatureViewDefinition view(String name) {
        String[] parts = parts(name);
        return parts.length == 0
                ? null
                : backend.project().views().stream().filter(each -> each.name().equals(parts[1])).findFirst().orElse(null);
    }

    /**
     * Status and age of a feature when it was used: the only place that tells them. The log keeps values; both are told from what the
     * online store holds of the entity as long as it knows no newer event of it.
     */
    private Known known(String name, @Nullable FeatureViewDefinition view) {
        if (view == null) {
            return UNKNOWN;
        }
        String key = key(name.substring(0, name.indexOf('.')), view);
        if (key == null) {
            return new Known(FeatureStatus.NULL_KEY, Double.NaN, "its key was not kept");
        }
        String feature = name.substring(name.lastIndexOf('.') + 1);
        FeatureServing.Answer answer =
                answers.computeIfAbsent(view.name() + "\n" + key, each -> Optional.ofNullable(answer(view, key))).orElse(null);
        FeatureServing.FeatureValues column = answer == null
                ? null
                : answer.columns().stream().filter(each -> each.name().equals(feature)).findFirst().orElse(null);
        if (column == null) {
            return UNKNOWN;
        }
        long newest = column.eventMicros()[0];
        if (newest == Long.MIN_VALUE) {
            return new Known(FeatureStatus.NOT_FOUND, Double.NaN, "nothing is known of " + key);
        }
        long micros = Micros.of(event.asOf()) - newest;
        if (micros <= 0) {
            return new Known(null, Double.NaN, "newer events came since");
        }
        Duration ttl = view.ttl();
        boolean stale = ttl != null && micros > ttl.toNanos() / 1_000;
        return new Known(stale ? FeatureStatus.STALE : FeatureStatus.NULL, micros / 1e6, "");
    }

    private FeatureServing.@Nullable Answer answer(FeatureViewDefinition view, String key) {
        FeatureServing serving = backend.features();
        String name = backend.project().entities().get(view.entity());
        return serving == null || name == null ? null : serving.get(List.of(view.name() + ":*"), Map.of(name, List.of(key)));
    }

    /** The key of a role's entity that the prediction asked for; null when it did not keep it. */
    private @Nullable String key(String role, FeatureViewDefinition view) {
        String name = backend.project().entities().get(view.entity());
        Map<String, String> keys = model == null ? Map.of() : model.entities().getOrDefault(role, Map.of());
        String text = name == null ? null : keys.get(name);
        if (text == null || model == null) {
            return null;
        }
        String asked = AskedKeys.of(event.keys()).get(text);
        if (asked != null) {
            return asked;
        }
        String source = model.label().source();
        List<String> columns = backend.project().sources().stream()
                .filter(each -> each.name().equals(source))
                .findFirst()
                .map(SourceDefinition::key)
                .orElse(List.of());
        String[] parts = event.entity().split("\\|", -1);
        int place = columns.indexOf(text);
        return place < 0 || parts.length != columns.size() ? null : parts[place];
    }
}
