using EchoService.Downloads.Store;
using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

[OptionsValidator]
internal sealed partial class DownloadsOptionsValidator : IValidateOptions<DownloadsOptions>;

[OptionsValidator]
internal sealed partial class OnCompleteOptionsValidator : IValidateOptions<OnCompleteOptions>;

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;

[OptionsValidator]
internal sealed partial class StoreOptionsValidator : IValidateOptions<StoreOptions>;
