package dev.keelson.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.keelson.http.FeatureServing.ViewStatus;
import dev.keelson.wiring.LiveFeatures;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code keelson features status}. */
@Command(name = "status", description = "Show how far each view is, how old its newest event is, and how much it holds.")
final class FeaturesStatus extends KeelsonCommand {
    @Override
    int run(Session session) {
        List<ViewStatus> views;
        String store;
        try (LiveFeatures features = LiveFeatures.look(session.project(), session.clock())) {
            views = features.status();
            store = features.store();
        }
        List<List<String>> table = new ArrayList<>();
        ObjectNode document = Catalogued.object().put("store", store);
        var list = document.putArray("views");
        for (ViewStatus view : views) {
            String watermark = text(view.status().watermark());
            String newest = text(view.status().newestEvent());
            table.add(List.of(
                    view.status().view(),
                    view.entity(),
                    Integer.toString(view.features()),
                    Texts.orEmpty(watermark),
                    Texts.orEmpty(newest),
                    Double.isNaN(view.freshnessSeconds()) ? "" : Texts.number(view.freshnessSeconds()),
                    Long.toString(view.keys()),
                    Long.toString(view.bytes()),
                    Integer.toString(view.status().pushed())));
            ObjectNode node = list.addObject()
                    .put("view", view.status().view())
                    .put("entity", view.entity())
                    .put("features", view.features())
                    .put("watermark", watermark)
                    .put("newest_event", newest);
            Catalogued.number(node, "freshness_seconds", view.freshnessSeconds());
            node.put("keys", view.keys())
                    .put("bytes", view.bytes())
                    .put("pushed_rows", view.status().pushed());
        }
        session.console().line("Online store: " + store);
        session.console()
                .table(
                        List.of("VIEW", "ENTITY", "FEATURES", "WATERMARK", "NEWEST EVENT", "FRESHNESS S", "KEYS", "BYTES", "PUSHED"),
                        table);
        session.console().document(document);
        return YES;
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
