using Microsoft.Extensions.Options;

namespace EchoService.Downloads;

[OptionsValidator]
internal sealed partial class DownloadsOptionsValidator : IValidateOptions<DownloadsOptions>;
