package dev.keelson.http.mlflow;

import dev.keelson.registry.tracking.DatasetInput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Data sets that runs read, as calls tell them. */
final class Datasets {
    private static final int MAX_NAME = 500;
    private static final int MAX_DIGEST = 36;
    private static final int MAX_SOURCE = 65_535;
    private static final int MAX_SCHEMA = 1_048_575;
    private static final int MAX_PROFILE = 16_777_215;
    private static final int MAX_TAG_KEY = 255;
    private static final int MAX_TAG_VALUE = 500;

    private Datasets() {}

    /** The data sets of {@code runs/log-inputs}. */
    static List<DatasetInput> read(Fields fields) {
        List<DatasetInput> inputs = new ArrayList<>();
        for (Fields each : fields.objects("datasets")) {
            Map<String, String> tags = new LinkedHashMap<>();
            for (Fields tag : each.objects("tags")) {
                tags.put(
                        Names.limited("key of a tag of a data set", tag.required("key"), MAX_TAG_KEY),
                        Names.limited("tag of a data set", tag.textOrEmpty("value"), MAX_TAG_VALUE));
            }
            Fields dataset = each.object("dataset");
            if (dataset == null) {
                throw MlflowFailure.missing("datasets[%d].dataset".formatted(inputs.size()));
            }
            inputs.add(new DatasetInput(
                    name(dataset.required("name")),
                    digest(dataset.required("digest")),
                    dataset.required("source_type"),
                    Names.limited("source of a data set", dataset.required("source"), MAX_SOURCE),
                    limited("schema of a data set", dataset.text("schema"), MAX_SCHEMA),
                    limited("profile of a data set", dataset.text("profile"), MAX_PROFILE),
                    tags));
        }
        return inputs;
    }

    static String name(String name) {
        return Names.limited("name of a data set", name, MAX_NAME);
    }

    static String digest(String digest) {
        return Names.limited("digest of a data set", digest, MAX_DIGEST);
    }

    private static @Nullable String limited(String what, @Nullable String text, int most) {
        return text == null ? null : Names.limited(what, text, most);
    }
}
