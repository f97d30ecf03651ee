package dev.keelson.learn.ensemble;

import com.fasterxml.jackson.databind.JsonNode;
import dev.keelson.learn.EnsembleModel.Member;
import dev.keelson.learn.Model;
import dev.keelson.learn.Task;
import dev.keelson.learn.spi.ModelCodec;
import dev.keelson.learn.spi.ModelFiles;
import dev.keelson.learn.spi.ModelJson;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** Reads what an {@link EnsembleLearner} fitted: {@code ensemble.json}, and each member in a folder of its own. */
public final class EnsembleCodec implements ModelCodec {
    static final String FORMAT = "keelson-combined";
    static final String FILE = "ensemble.json";
    static final String META = "meta/";
    static final int VERSION = 1;

    private final List<ModelCodec> codecs;

    /** @param codecs one for each format among the members; members may be ensembles themselves */
    public EnsembleCodec(Collection<? extends ModelCodec> codecs) {
        this.codecs = List.copyOf(codecs);
    }

    @Override
    public String format() {
        return FORMAT;
    }

    /** Where a member's files lie. */
    static String folder(int position, String learner) {
        return "%d-%s/".formatted(position, learner);
    }

    @Override
    public Model load(List<String> features, Task task, Map<String, byte[]> files) {
        JsonNode json = ModelJson.read(files, FILE, VERSION);
        List<Member> members = new ArrayList<>();
        List<String> learners = new ArrayList<>();
        double[] weights = new double[json.path("members").size()];
        for (int m = 0; m < weights.length; m++) {
            JsonNode entry = json.path("members").path(m);
            String learner = entry.path("learner").asText();
            Model model = codec(entry.path("format").asText()).load(features, task, ModelFiles.within(files, folder(m, learner)));
            members.add(new Member(learner, model));
            learners.add(learner);
            weights[m] = entry.path("weight").asDouble(Double.NaN);
        }
        if (members.isEmpty()) {
            throw new IllegalArgumentException("The file %s names no member.".formatted(FILE));
        }
        String combine = json.path("combine").asText();
        Combination combination = switch (combine) {
            case Combination.Mean.KEY -> new Combination.Mean(weights);
            case Combination.Votes.KEY -> new Combination.Votes(weights);
            case Combination.Stack.KEY -> {
                List<String> inputs = MetaFeatures.of(learners, task).names();
                Model meta = codec(json.path("meta").asText()).load(inputs, task, ModelFiles.within(files, META));
                yield Combination.Stack.of(meta, learners, task);
            }
            default -> throw new IllegalArgumentException("The file %s combines by %s.".formatted(FILE, combine));
        };
        CombinedModel.Evidence evidence = new CombinedModel.Evidence(
                json.path("out_of_fold_rows").asInt(), json.path("rounds").asInt());
        return new CombinedModel(members, combination, evidence);
    }

    private ModelCodec codec(String format) {
        return format.equals(FORMAT) ? this : ModelFiles.codec(codecs, format);
    }
}
