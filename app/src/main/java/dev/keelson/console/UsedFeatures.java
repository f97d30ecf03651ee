package dev.keelson.console;

import dev.keelson.console.view.Badge;
import dev.keelson.console.view.Badge.Level;
import dev.keelson.console.view.Section;
import dev.keelson.console.view.Sheet.Cell;
import dev.keelson.error.KeelsonException;
import dev.keelson.features.FeatureStatus;
import dev.keelson.http.Backend;
import dev.keelson.lineage.PredictionTrace;
import dev.keelson.registry.ModelVersion;
import dev.keelson.serve.PredictionEvent;
import dev.keelson.train.ModelDefinition;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The features that one logged prediction was made of, each with its value, its status and how old it was. For one page. */
final class UsedFeatures {
    private static final System.Logger LOG = System.getLogger(UsedFeatures.class.getName());

    private final Backend backend;
    private final PredictionEvent event;
    private final @Nullable ModelDefinition model;

    UsedFeatures(Backend backend, PredictionEvent event) {
        this.backend = backend;
        this.event = event;
        this.model = backend.project().models().stream()
                .filter(each -> each.name().equals(event.model()))
                .findFirst()
                .orElse(null);
    }

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
        Map<String, PredictionTrace.Feature> traced = traced();
        double oldest = Double.NaN;
        int missing = 0;
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            double value = i < features ? event.features()[i] : event.watched()[i - features];
            String text = backend.inputText(served, name, value);
            PredictionTrace.Feature known = traced.get(name);
            double age = known == null ? Double.NaN : known.ageSeconds();
            boolean absent = text == null && Double.isNaN(value);
            missing += absent ? 1 : 0;
            oldest = Double.isNaN(age) ? oldest : Math.max(Double.isNaN(oldest) ? 0 : oldest, age);
            sheet.row(List.of(
                    Cell.of(name, i < features ? "" : "watched for drift alone"),
                    Cell.of(absent ? "missing" : text != null ? text : Text.short3(value)),
                    Cell.of(badge(absent, known == null ? null : known.status())),
                    Cell.of(FeaturesPage.age(age)),
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

    /** What is known of each feature beside its value; nothing where the data it was made of is gone. */
    private Map<String, PredictionTrace.Feature> traced() {
        try {
            return backend.traces().trace(event, 1).features().stream()
                    .collect(Collectors.toMap(PredictionTrace.Feature::name, Function.identity(), (one, other) -> one));
        } catch (KeelsonException e) {
            LOG.log(System.Logger.Level.DEBUG, "A prediction cannot be traced: {0}", e.getMessage());
            return Map.of();
        }
    }
}
