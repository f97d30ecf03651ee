package dev.keelson.torch;

import dev.keelson.learn.Learner;
import dev.keelson.learn.LearnerContract;
import dev.keelson.learn.neural.MlpProvider;
import dev.keelson.learn.spi.ModelCodec;
import java.util.Map;

final class MlpContractTest extends LearnerContract {

    @Override
    protected Learner learner() {
        return new MlpProvider().create(Map.of("hidden", "16", "epochs", 10L));
    }

    @Override
    protected ModelCodec codec() {
        return new MlpProvider().codec();
    }
}
