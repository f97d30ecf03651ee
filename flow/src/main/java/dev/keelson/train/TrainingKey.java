package dev.keelson.train;

import dev.keelson.id.CanonicalJson;
import dev.keelson.id.Sha256;
import dev.keelson.learn.calibration.CalibrationParameters;
import java.util.List;

/**
 * The identity of a training: SHA-256 of the definition, the dataset version, the feature definitions, the mode with
 * its parameters, the code version and the as-of time. Two requests with one key have the same outcome to the last bit.
 * The seed is part of the definition.
 */
public final class TrainingKey {
    private static final String VERSION = "keelson-training-1";

    private TrainingKey() {}

    /** The key of a request, 64 hexadecimal digits. */
    public static String of(TrainingRequest request) {
        Sha256 sha = new Sha256()
                .add(VERSION)
                .add(DefinitionJson.canonical(request.definition()))
                .add(request.inputs().datasetVersion())
                .add(request.inputs().featureHash())
                .add(request.inputs().codeVersion())
                .add(request.asOf().toString());
        switch (request.mode()) {
            case TrainingMode.Full(Integer members) -> {
                sha.add("full");
                if (members != null) {
                    sha.add((long) members);
                }
            }
            case TrainingMode.Refresh(RecipeParameters parameters) -> {
                sha.add("refresh");
                List<Double> weights = parameters.weights();
                sha.add((long) weights.size());
                weights.forEach(weight -> sha.add(weight.doubleValue()));
                sha.add(parameters.temperature());
                CalibrationParameters calibration = parameters.calibration();
                if (calibration != null && !parameters.hasTemperatureOnly()) {
                    sha.add(CanonicalJson.write(calibration.toJson()));
                }
                if (!parameters.guidance().isNone()) {
                    sha.add(CanonicalJson.write(parameters.guidance().toJson()));
                }
                Integer members = parameters.members();
                if (members != null) {
                    sha.add("members").add((long) members);
                }
                sha.add(parameters.fittedAsOf().toString());
            }
            case TrainingMode.Update update -> {
                sha.add(update.word());
                sha.add(update.baseSha256());
                sha.add(update.baseAsOf().toString());
                sha.add(update.parameters().fittedAsOf().toString());
                update.update().params().forEach((name, value) -> sha.add(name).add(value));
                ReinforceDefinition reinforce = update.reinforce();
                if (reinforce != null) {
                    reinforce.params().forEach((name, value) -> sha.add(name).add(value));
                }
            }
        }
        return sha.hex();
    }
}
